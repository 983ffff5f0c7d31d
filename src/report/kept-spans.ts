import type { LiveSpan } from "../live/live-data.ts";
import { spanChars } from "../live/span-chars.ts";

/** The spans of a job that a report has room for: the longest, so that what is left of a trace hangs together. */
export class KeptSpans {
  readonly #max: number;
  readonly #maxChars: number;
  #spans: LiveSpan[] = [];
  #chars = 0;
  #leftOut = 0;

  /** @param maxChars of all names and attributes together. */
  constructor(max: number, maxChars: number) {
    this.#max = max;
    this.#maxChars = maxChars;
  }

  add(span: LiveSpan): void {
    this.#spans.push(span);
    this.#chars += spanChars(span);
    if (this.#spans.length >= 2 * this.#max || this.#chars >= 2 * this.#maxChars) this.#shrink();
  }

  /** In the order of their starts; how many are left out. */
  take(): { readonly records: readonly LiveSpan[]; readonly leftOut: number } {
    if (this.#spans.length > this.#max || this.#chars > this.#maxChars) this.#shrink();
    return { records: this.#spans.toSorted((a, b) => a.startedAtMs - b.startedAtMs), leftOut: this.#leftOut };
  }

  #shrink(): void {
    const longest = this.#spans.toSorted((a, b) => durationOf(b) - durationOf(a)).slice(0, this.#max);
    let [chars, kept] = [0, 0];
    for (const span of longest) {
      if (chars + spanChars(span) > this.#maxChars) break;
      chars += spanChars(span);
      kept++;
    }
    this.#leftOut += this.#spans.length - kept;
    this.#spans = longest.slice(0, kept);
    this.#chars = chars;
  }
}

function durationOf({ startedAtMs, endedAtMs }: LiveSpan): number {
  return endedAtMs - startedAtMs;
}
