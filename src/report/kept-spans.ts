import type { LiveSpan } from "../live/live-data.ts";

/** The spans of a job that a report has room for: the longest, so that what is left of a trace hangs together. */
export class KeptSpans {
  readonly #max: number;
  #spans: LiveSpan[] = [];
  #leftOut = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(span: LiveSpan): void {
    this.#spans.push(span);
    if (this.#spans.length >= 2 * this.#max) this.#shrink();
  }

  /** In the order of their starts; how many are left out. */
  take(): { readonly records: readonly LiveSpan[]; readonly leftOut: number } {
    if (this.#spans.length > this.#max) this.#shrink();
    return { records: this.#spans.toSorted((a, b) => a.startedAtMs - b.startedAtMs), leftOut: this.#leftOut };
  }

  #shrink(): void {
    this.#leftOut += this.#spans.length - this.#max;
    this.#spans = this.#spans.toSorted((a, b) => durationOf(b) - durationOf(a)).slice(0, this.#max);
  }
}

function durationOf({ startedAtMs, endedAtMs }: LiveSpan): number {
  return endedAtMs - startedAtMs;
}
