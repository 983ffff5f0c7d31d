import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import type { Attributes } from "../job-pipeline.ts";
import type { PositionedSink, ResourceAttributes } from "../pipeline.ts";
import type { SentSpans } from "./sent-spans.ts";
import { type EndedSpan, spanLine } from "./span-line.ts";

/** Spans that wait for room in the ring: some jobs of a thousand steps. */
const SPANS_WAITING_MAX = 8192;
/** Spans of one line, and characters of them: also where a line of the ring can be longer. */
const LINE_MAX_SPANS = 256;
const LINE_MAX_CHARS = 256 * 1024;
/** No character becomes more bytes. */
const CHAR_MAX_BYTES = 3;
/** More than what stands around the spans of a line. */
const FRAME_BYTES = 16 * 1024;

const log = logOf("job");

/** Whose spans they are. */
export interface SpanOwner {
  /** The Worker log that they come from, or what stands for it: what was sent is noted by it. */
  readonly logKey: string;
  /** Of the job's own span. */
  readonly spanId: string;
  /** For the resource. */
  readonly attributes: Attributes;
}

/** Spans of one job that wait. */
interface Waiting extends SpanOwner {
  spans: EndedSpan[];
  /** Nothing more comes of its log. */
  isLast: boolean;
}

/** Puts spans into the ring of traces, each once, whatever dies in between. What the ring does not take waits here. */
export class SpanWriter {
  /** In the ring so far. */
  spans = 0;
  lines = 0;
  /** Beyond what may wait. */
  dropped = 0;
  writeError: string | undefined;
  readonly #sent: SentSpans;
  readonly #sink: PositionedSink;
  readonly #resource: ResourceAttributes;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  constructor(sent: SentSpans, sink: PositionedSink, resource: ResourceAttributes) {
    this.#sent = sent;
    this.#sink = sink;
    this.#resource = resource;
  }

  /** A span of a job has ended; it goes with the next {@link flush}, unless an earlier run has sent it. */
  add(owner: SpanOwner, span: EndedSpan): void {
    if (this.#sent.has(owner.logKey, span.spanId)) return;
    if (this.#count >= SPANS_WAITING_MAX) {
      this.dropped++;
      return;
    }
    this.#count++;
    this.#of(owner).spans.push(span);
  }

  /** Nothing more comes of the job's log, which need not be read again. */
  end(owner: SpanOwner): void {
    this.#of(owner).isLast = true;
  }

  /** Offers what waits. True when nothing waits any more. */
  flush(): boolean {
    for (const [key, waiting] of this.#waiting) {
      try {
        while (waiting.spans.length > 0) if (!this.#offer(waiting)) return false;
        if (waiting.isLast) this.#sent.done(waiting.logKey);
        this.writeError = undefined;
      } catch (error) {
        const text = errorText(error);
        if (text !== this.writeError) log.warn("Cannot note the spans of a job; trying again", { error: text });
        this.writeError = text;
        return false;
      }
      this.#waiting.delete(key);
    }
    return true;
  }

  #of(owner: SpanOwner): Waiting {
    const known = this.#waiting.get(owner.spanId);
    if (known !== undefined) return known;
    const waiting = { ...owner, spans: [], isLast: false };
    this.#waiting.set(owner.spanId, waiting);
    return waiting;
  }

  /** Nothing may come between the note and the offer. False when the ring takes nothing now. */
  #offer(waiting: Waiting): boolean {
    const spans = firstOf(waiting.spans, (this.#sink.lineMaxBytes - FRAME_BYTES) / CHAR_MAX_BYTES);
    const line = spanLine(this.#resource, waiting.attributes, spans);
    const { logKey } = waiting;
    const ids = spans.map(({ spanId }) => spanId);
    this.#sent.note(this.#sink.headPosition, logKey, ids);
    const result = this.#sink.offer(line, "own");
    if (result !== "accepted" && result !== "too-large") {
      this.#sent.cancel();
      return false;
    }
    this.#sent.accept();
    waiting.spans = waiting.spans.slice(spans.length);
    this.#count -= spans.length;
    if (result === "too-large") {
      this.dropped += spans.length;
      log.error("Spans of a job are too large for the ring and are lost", { spans: spans.length, bytes: line.length });
      return true;
    }
    this.spans += spans.length;
    this.lines++;
    return true;
  }
}

/** As many as fit into a line; one at least. */
function firstOf(spans: readonly EndedSpan[], roomChars: number): readonly EndedSpan[] {
  let chars = 0;
  const maxChars = Math.min(LINE_MAX_CHARS, roomChars);
  const end = spans.findIndex(({ json }, index) => index >= LINE_MAX_SPANS || (chars += json.length + 1) > maxChars);
  return end === -1 ? spans : spans.slice(0, Math.max(1, end));
}
