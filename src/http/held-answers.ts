import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";

/** Half of what Retry-After asks for, give or take a half: those that were refused together shall not come back together. */
const HOLD_MIN_MS = 500;
export const HOLD_MAX_MS = 1500;

/**
 * Answers that are held back for about a second: refusals because of too much work. A sender that does not wait as Retry-After
 * asks would send a megabyte again at once, and to receive what is refused would take up the time of all others.
 */
export class HeldAnswers {
  readonly #clock: Clock;
  readonly #releases = new Set<() => void>();
  #isReleased = false;

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /** Resolves when the answer may go. What still comes of the body meanwhile is thrown away, in no memory. */
  async hold(request: Request): Promise<void> {
    if (this.#isReleased) return;
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
}
