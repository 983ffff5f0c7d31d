/** How retry delays grow. */
export interface BackoffOptions {
  /** Upper bound of the first delay, in ms. */
  readonly initialMs: number;
  /** Upper bound of every delay, in ms. */
  readonly maxMs: number;
}

/**
 * The delay before attempt `failures + 1`: exponential with full jitter, `random × min(maxMs, initialMs × 2^(failures-1))`.
 * `askedMs` is what the other side asked for (Retry-After); the delay is never shorter than that, but an absurd
 * wish is cut at `maxMs`. Pure: `random` is in [0, 1).
 *
 * Full jitter because many agents on one image fail in the same second (AWS Architecture Blog, "Exponential Backoff
 * And Jitter").
 */
export function backoffDelayMs(
  failures: number,
  { initialMs, maxMs }: BackoffOptions,
  askedMs = 0,
  random: () => number = Math.random,
): number {
  const bound = Math.min(maxMs, initialMs * 2 ** Math.max(0, failures - 1));
  return Math.max(random() * bound, Math.min(askedMs, maxMs));
}
