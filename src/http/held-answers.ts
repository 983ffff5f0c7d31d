import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { RETRY_AFTER_SECONDS } from "./refusals.ts";

/** On average half of what Retry-After asks for; those that were refused together shall not come back together. */
const HOLD_MIN_MS = 500;
export const HOLD_MAX_MS = 1500;
/** Connections that are remembered; the oldest are forgotten. */
const REMEMBERED_MAX = 1024;

/**
 * Holds answers back that refuse because of too much work, on connections that do not wait as Retry-After asks. Such a
 * sender would send the same megabyte again at once, and to receive what is refused takes the time of all others.
 */
export class HeldAnswers {
  readonly #clock: Clock;
  /** When a connection was last refused, the longest ago first. */
  readonly #refusedAtMs = new Map<string, number>();
  readonly #releases = new Set<() => void>();
  #isReleased = false;

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /** Resolves when the answer may go. What still comes of the body meanwhile is thrown away, in no memory. */
  async hold(request: Request, connection: string | undefined): Promise<void> {
    if (this.#isReleased || connection === undefined || !this.#isImpatient(connection)) return;
    if (!request.bodyUsed) request.body?.cancel().catch(() => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    const holdMs = HOLD_MIN_MS + Math.random() * (HOLD_MAX_MS - HOLD_MIN_MS);
    const stopTimer = this.#clock.after(holdMs, resolve);
    this.#releases.add(resolve);
    await promise;
    stopTimer();
    this.#releases.delete(resolve);
  }

  /** Lets all answers go, those to come at once. */
  release(): void {
    this.#isReleased = true;
    for (const release of this.#releases) release();
  }

  /** Whether the connection was refused before, and has not waited since. */
  #isImpatient(connection: string): boolean {
    const nowMs = this.#clock.nowMs();
    const refusedAtMs = this.#refusedAtMs.get(connection) ?? Number.NEGATIVE_INFINITY;
    this.#refusedAtMs.delete(connection);
    this.#refusedAtMs.set(connection, nowMs);
    const [oldest] = this.#refusedAtMs.keys();
    if (this.#refusedAtMs.size > REMEMBERED_MAX && oldest !== undefined) this.#refusedAtMs.delete(oldest);
    return nowMs - refusedAtMs < RETRY_AFTER_SECONDS * 1000;
  }
}
