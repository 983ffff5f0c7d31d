/** Lets everything run that is ready, so many turns of the event loop. What happens only after a while does not. */
export async function loopTurns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
