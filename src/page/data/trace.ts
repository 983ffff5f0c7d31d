import type { LiveSpan } from "../../live/live-data.ts";

/** A trace at a glance. */
export interface TraceSummary {
  /** The span that is no other's child, the first of several; undefined while it has not come. */
  readonly root: LiveSpan | undefined;
  /** The root, and else the span that began first. */
  readonly first: LiveSpan;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly spans: number;
  readonly errors: number;
}

/** The spans of one trace, so far as they are here: at least one. */
export class Trace {
  readonly id: string;
  readonly #spans = new Map<string, LiveSpan>();
  #summary: TraceSummary | undefined;
  /** Grows with each change. */
  version = 0;

  constructor(id: string) {
    this.id = id;
  }

  get size(): number {
    return this.#spans.size;
  }

  get spans(): Iterable<LiveSpan> {
    return this.#spans.values();
  }

  /** False for a span that is here already. Two that share an id by mistake are two. */
  add(span: LiveSpan): boolean {
    const key = spanKey(span);
    if (this.#spans.has(key)) return false;
    this.#spans.set(key, span);
    this.#change();
    return true;
  }

  delete(span: LiveSpan): void {
    this.#spans.delete(spanKey(span));
    this.#change();
  }

  /** Undefined without a span. */
  get summary(): TraceSummary | undefined {
    this.#summary ??= summaryOf(this.#spans.values());
    return this.#summary;
  }

  #change(): void {
    this.#summary = undefined;
    this.version++;
  }
}

/** Tells a span from all others of its trace. */
export function spanKey({ spanId, startedAtMs, endedAtMs }: LiveSpan): string {
  return `${spanId} ${startedAtMs} ${endedAtMs}`;
}

function summaryOf(spans: Iterable<LiveSpan>): TraceSummary | undefined {
  let [root, first]: (LiveSpan | undefined)[] = [];
  let endedAtMs = Number.NEGATIVE_INFINITY;
  let [count, errors] = [0, 0];
  for (const span of spans) {
    if (first === undefined || span.startedAtMs < first.startedAtMs) first = span;
    const isRoot = span.parentSpanId === undefined;
    if (isRoot && (root === undefined || span.startedAtMs < root.startedAtMs)) root = span;
    endedAtMs = Math.max(endedAtMs, span.startedAtMs, span.endedAtMs);
    count++;
    if (span.isError) errors++;
  }
  if (first === undefined) return undefined;
  return { root, first: root ?? first, startedAtMs: first.startedAtMs, endedAtMs, spans: count, errors };
}
