export interface TimeRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Less cannot be told apart on a chart of samples a second. */
const RANGE_MIN_MS = 5000;

/**
 * The one time axis of the page: which part of the run is seen, and where the cursor is. Charts and bars draw from it and
 * steer it.
 */
export class TimeAxis {
  #whole: TimeRange = { minMs: 0, maxMs: RANGE_MIN_MS };
  #zoom: TimeRange | undefined;
  /** Not undefined: the newest so many ms, which move on. */
  #lastMs: number | undefined;
  #cursorMs: number | undefined;
  readonly #rangeListeners: (() => void)[] = [];
  readonly #cursorListeners: (() => void)[] = [];

  get range(): TimeRange {
    if (this.#zoom !== undefined) return this.#zoom;
    const { minMs, maxMs } = this.#whole;
    return this.#lastMs === undefined ? this.#whole : { minMs: Math.max(minMs, maxMs - this.#lastMs), maxMs };
  }

  get whole(): TimeRange {
    return this.#whole;
  }

  get kind(): "whole" | "last" | "zoom" {
    return this.#zoom !== undefined ? "zoom" : this.#lastMs === undefined ? "whole" : "last";
  }

  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** Undefined: nobody points at a moment. */
  get cursorMs(): number | undefined {
    return this.#cursorMs;
  }

  onRange(listener: () => void): void {
    this.#rangeListeners.push(listener);
  }

  onCursor(listener: () => void): void {
    this.#cursorListeners.push(listener);
  }

  /** The run has grown. What somebody has zoomed to stays. */
  setWhole(minMs: number, maxMs: number): void {
    const max = Math.max(maxMs, minMs + RANGE_MIN_MS);
    if (minMs === this.#whole.minMs && max === this.#whole.maxMs) return;
    this.#whole = { minMs, maxMs: max };
    if (this.#zoom === undefined) this.#tellRange();
  }

  zoom(minMs: number, maxMs: number): void {
    const middle = (minMs + maxMs) / 2;
    const half = Math.max(maxMs - minMs, RANGE_MIN_MS) / 2;
    const zoom = {
      minMs: Math.max(this.#whole.minMs, middle - half),
      maxMs: Math.min(this.#whole.maxMs, middle + half),
    };
    if (zoom.maxMs - zoom.minMs < 1) return;
    this.#zoom = zoom;
    this.#tellRange();
  }

  /** Nearer or further by the factor, around the cursor or the middle. */
  zoomBy(factor: number): void {
    const { minMs, maxMs } = this.range;
    const around = this.#cursorMs ?? (minMs + maxMs) / 2;
    const { minMs: first, maxMs: last } = this.#whole;
    const min = around - (around - minMs) * factor;
    const max = around + (maxMs - around) * factor;
    if (min <= first && max >= last) this.reset();
    else this.zoom(Math.max(first, min), Math.min(last, max));
  }

  /** The whole run, or its newest `lastMs`. */
  reset(lastMs?: number): void {
    this.#zoom = undefined;
    this.#lastMs = lastMs;
    this.#tellRange();
  }

  setCursor(ms: number | undefined): void {
    if (ms === this.#cursorMs) return;
    this.#cursorMs = ms;
    for (const listener of this.#cursorListeners) listener();
  }

  #tellRange(): void {
    for (const listener of this.#rangeListeners) listener();
  }
}
