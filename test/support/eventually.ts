/**
 * A bounded wait: asks again and again instead of sleeping for as long as it might take. Every wait of the end-to-end
 * tests goes through here, so that a test that fails says what it waited for and what it saw last.
 */
export interface EventuallyOptions {
  /** How long to go on asking, in ms. Default 15 000: a loaded two-core machine, not the expected time. */
  readonly timeoutMs?: number;
  /** Pause between two questions, in ms. Default 20. */
  readonly everyMs?: number;
}

/**
 * Resolves to the first answer of `ask` that is neither `undefined` nor `false`. An exception of `ask` counts as "not
 * yet". Rejects after `timeoutMs`, naming `what` and the last answer or exception.
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  { timeoutMs = 15_000, everyMs = 20 }: EventuallyOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const deadlineAt = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (isThere(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadlineAt) {
      throw new Error(`Cannot wait longer for ${what}: ${timeoutMs} ms are over, last seen: ${shown(last)}`);
    }
    await Bun.sleep(everyMs);
  }
}

function isThere<T>(answer: T): answer is Exclude<T, undefined | false> {
  return answer !== undefined && answer !== false;
}

function shown(value: unknown): string {
  return value instanceof Error ? value.message : Bun.inspect(value);
}
