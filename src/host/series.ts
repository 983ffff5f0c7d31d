const FIRST_POINTS = 8;

/** Data points of one metric with the same attributes, until a line takes them along. */
export class Series {
  #timesMs = new Float64Array(FIRST_POINTS);
  #values = new Float64Array(FIRST_POINTS);
  #length = 0;
  #hasEnded = false;

  /** Data points in it. */
  get length(): number {
    return this.#length;
  }

  /** No more data points will come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** `timeMs` is Unix time and whole, `value` is not negative. */
  add(timeMs: number, value: number): void {
    if (this.#length === this.#timesMs.length) this.#grow();
    this.#timesMs[this.#length] = timeMs;
    this.#values[this.#length] = value;
    this.#length++;
  }

  timeMs(index: number): number {
    return this.#timesMs[index] ?? 0;
  }

  value(index: number): number {
    return this.#values[index] ?? 0;
  }

  /** Takes all data points out. */
  clear(): void {
    this.#length = 0;
  }

  /** What is in it still goes with the next line. */
  end(): void {
    this.#hasEnded = true;
  }

  #grow(): void {
    const [timesMs, values] = [new Float64Array(2 * this.#length), new Float64Array(2 * this.#length)];
    timesMs.set(this.#timesMs);
    values.set(this.#values);
    this.#timesMs = timesMs;
    this.#values = values;
  }
}
