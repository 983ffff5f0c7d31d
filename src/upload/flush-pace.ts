import type { Clock } from "../lib/clock.ts";

/** Between two flushes. Each may be an object of every stream, and an object costs a request to the store. */
const FLUSH_EVERY_MS = 5000;

/** Lets flushes through: the first at once, those that come too soon after it as one, at the end of the time. */
export class FlushPace {
  readonly #clock: Clock;
  readonly #flush: () => void;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #forget: (() => void) | undefined;

  constructor(clock: Clock, flush: () => void) {
    this.#clock = clock;
    this.#flush = flush;
  }

  /** Wants a flush; joins one that waits for its time. */
  ask(): void {
    if (this.#forget !== undefined) return;
    const waitMs = this.#lastAtMs + FLUSH_EVERY_MS - this.#clock.nowMs();
    if (waitMs > 0) this.#forget = this.#clock.after(waitMs, this.#run);
    else this.#run();
  }

  /** Forgets the flush that waits. Safe to call twice. */
  end(): void {
    this.#forget?.();
    this.#forget = undefined;
  }

  readonly #run = (): void => {
    this.#forget = undefined;
    this.#lastAtMs = this.#clock.nowMs();
    this.#flush();
  };
}
