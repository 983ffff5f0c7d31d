/** The rate is that of this time: long enough for the bursts of a compiler, short enough to warn in time. */
const WINDOW_MS = 30_000;
/** Within a shorter time one large file looks like a rate. */
const WINDOW_MIN_MS = 5000;
/** One reading a second; at shorter intervals the window is shorter. */
const READINGS_MAX = 32;
/** What fills up no sooner is not filling up: a log that grows by a page an hour says nothing. */
const HORIZON_SECONDS = 24 * 3600;
const MS_PER_SECOND = 1000;

/** Tells when a file system will be full if it goes on as it has done. */
export class TimeToFull {
  /** The newest readings, at `index % READINGS_MAX`. */
  readonly #timesMs = new Float64Array(READINGS_MAX);
  readonly #usedBytes = new Float64Array(READINGS_MAX);
  #first = 0;
  #next = 0;

  /** Begins anew, for another file system. */
  reset(): void {
    this.#first = this.#next;
  }

  /**
   * Takes a reading along and returns the seconds until nothing is free any more. NaN when it does not fill up, and when
   * too little is known. `nowMs` is monotonic and grows.
   */
  read(nowMs: number, usedBytes: number, freeBytes: number): number {
    const slot = this.#next % READINGS_MAX;
    this.#timesMs[slot] = nowMs;
    this.#usedBytes[slot] = usedBytes;
    this.#next++;
    if (this.#next - this.#first > READINGS_MAX) this.#first++;
    // At least one earlier reading stays, however long ago it was.
    while (this.#next - this.#first > 2 && nowMs - this.#timeMs(this.#first) > WINDOW_MS) this.#first++;
    const passedMs = nowMs - this.#timeMs(this.#first);
    const grownBytes = usedBytes - (this.#usedBytes[this.#first % READINGS_MAX] ?? 0);
    if (passedMs < WINDOW_MIN_MS || grownBytes <= 0) return Number.NaN;
    const seconds = freeBytes / ((MS_PER_SECOND * grownBytes) / passedMs);
    return seconds <= HORIZON_SECONDS ? seconds : Number.NaN;
  }

  #timeMs(index: number): number {
    return this.#timesMs[index % READINGS_MAX] ?? 0;
  }
}
