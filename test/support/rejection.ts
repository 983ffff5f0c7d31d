/** What `promise` rejects with. Rejects itself when it does not. */
export function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`rejected: no, it resolved to ${Bun.inspect(value)}`);
    },
    (reason: unknown) => reason,
  );
}
