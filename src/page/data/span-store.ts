import type { LiveSpan, LiveTail } from "../../live/live-data.ts";
import { spanChars } from "../../live/span-chars.ts";
import { Trace } from "./trace.ts";

/** What one can scroll through. */
export const SPANS_MAX = 20_000;
/** Characters of all names and attributes together; a tab takes two bytes for each at most. */
export const SPAN_TEXT_MAX_CHARS = 16 * 1024 * 1024;
/** So much is dropped at once, because moving the rest costs. */
const DROPPED_AT_ONCE = 1000;

/** The newest spans by their traces, bounded in number and in characters. */
export class SpanStore {
  readonly #traces = new Map<string, Trace>();
  /** In the order of their coming. */
  #spans: LiveSpan[] = [];
  #chars = 0;
  /** Spans that the agent did not tell, because they were too many. */
  leftOut = 0;
  /** Spans that were here, and had to go for newer ones. */
  dropped = 0;
  /** There were spans before the first. */
  hasEarlier = false;

  get length(): number {
    return this.#spans.length;
  }

  /** Each has at least one span. */
  get traces(): readonly Trace[] {
    return [...this.#traces.values()];
  }

  trace(id: string | undefined): Trace | undefined {
    return id === undefined ? undefined : this.#traces.get(id);
  }

  /** A span that is told again, as after a new connection, is not doubled. */
  add({ records, leftOut, hasEarlier = false }: LiveTail<LiveSpan>): void {
    if (this.length === 0) this.hasEarlier ||= hasEarlier;
    this.leftOut += leftOut;
    for (const span of records) {
      const trace = this.#traces.get(span.traceId) ?? new Trace(span.traceId);
      this.#traces.set(trace.id, trace);
      if (!trace.add(span)) continue;
      this.#spans.push(span);
      this.#chars += spanChars(span);
    }
    while (this.length > SPANS_MAX || (this.#chars > SPAN_TEXT_MAX_CHARS && this.length > 1)) this.#drop();
  }

  #drop(): void {
    const count = Math.min(DROPPED_AT_ONCE, Math.ceil(this.length / 2));
    for (const span of this.#spans.splice(0, count)) {
      this.#chars -= spanChars(span);
      const trace = this.#traces.get(span.traceId);
      trace?.delete(span);
      if (trace?.size === 0) this.#traces.delete(trace.id);
    }
    this.dropped += count;
  }
}
