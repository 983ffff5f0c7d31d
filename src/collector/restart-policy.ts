import { backoffDelayMs } from "../lib/backoff.ts";

/** How a collector that ends is started again. */
export interface RestartLimits {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  /** So many exits within {@link crashWindowMs} are a crash loop. */
  readonly crashLoopExits: number;
  readonly crashWindowMs: number;
  /** Delay between attempts once it is a crash loop: whoever repairs the cause and waits a minute has not to restart us. */
  readonly crashLoopDelayMs: number;
}

export const RESTART_LIMITS: RestartLimits = {
  initialDelayMs: 1000,
  maxDelayMs: 30_000,
  crashLoopExits: 5,
  crashWindowMs: 120_000,
  crashLoopDelayMs: 50_000,
};

/** Decides from the exits of the collector when to try again. Times are monotonic ms, given by the caller. */
export class RestartPolicy {
  readonly #limits: RestartLimits;
  readonly #random: () => number;
  #exitsMs: number[] = [];
  #crashLoop = false;

  constructor(limits: RestartLimits = RESTART_LIMITS, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
  }

  /** True from the exit that made it a crash loop until a run has lasted {@link RestartLimits.crashWindowMs}. */
  get isCrashLoop(): boolean {
    return this.#crashLoop;
  }

  /** A run of `ranMs` ended at `nowMs`. Returns how long to wait before the next. */
  exited(nowMs: number, ranMs: number): number {
    this.lasted(ranMs);
    this.#exitsMs = [...this.#exitsMs.filter((atMs) => nowMs - atMs < this.#limits.crashWindowMs), nowMs];
    this.#crashLoop ||= this.#exitsMs.length >= this.#limits.crashLoopExits;
    if (this.#crashLoop) return this.#limits.crashLoopDelayMs;
    const { initialDelayMs: initialMs, maxDelayMs: maxMs } = this.#limits;
    return backoffDelayMs(this.#exitsMs.length, { initialMs, maxMs }, 0, this.#random);
  }

  /** The current run has lasted `ranMs` so far: long enough, and the past is forgotten. */
  lasted(ranMs: number): void {
    if (ranMs < this.#limits.crashWindowMs) return;
    this.#exitsMs = [];
    this.#crashLoop = false;
  }
}
