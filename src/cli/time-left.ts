const BAR_WIDTH = 20;
/** Before that the rate is no rate. */
const RATE_MIN_MS = 1000;
const MS_PER_S = 1000;

/** How far a long command is, and when it will be done at the mean rate so far. */
export class TimeLeft {
  readonly #nowMs: () => number;
  readonly #startedAtMs: number;

  /** @param nowMs is monotonic. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#startedAtMs = nowMs();
  }

  /** `█████░░░░░  25 %, 12 s left`. */
  text(done: number, total: number): string {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const full = Math.floor(share * BAR_WIDTH);
    const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
    const tookMs = this.#nowMs() - this.#startedAtMs;
    const isKnown = tookMs > RATE_MIN_MS && share > 0;
    const left = isKnown ? `, ${Math.ceil((tookMs * (1 - share)) / share / MS_PER_S)} s left` : "";
    return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %${left}`;
  }
}
