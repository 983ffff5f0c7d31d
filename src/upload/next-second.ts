/** The clock and the names used so far, as {@link nextSecond} needs them. */
export interface NameClock {
  readonly nowMs: number;
  /** The newest second ever used for this stream. */
  readonly lastSecond: number;
  /** True when waiting costs too much: the ring is tight, or the agent is draining. */
  readonly mayRunAhead: boolean;
}

/**
 * The UTC second for the next object name, always later than the last one. When this second is taken the answer is how
 * long to wait for the next; only where `mayRunAhead` is set, or where the clock has jumped back, do names run ahead of
 * the clock. Pure.
 */
export function nextSecond({ nowMs, lastSecond, mayRunAhead }: NameClock): { second: number } | { waitMs: number } {
  const second = Math.floor(nowMs / 1000);
  if (second > lastSecond) return { second };
  if (mayRunAhead || lastSecond > second) return { second: lastSecond + 1 };
  return { waitMs: (second + 1) * 1000 - nowMs };
}
