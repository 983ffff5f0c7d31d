import type { LiveMessages } from "./live-data.ts";
import { type LogStream, logTail } from "./log-tail.ts";
import { type SpanStream, spanTail } from "./span-tail.ts";
import { messageOf } from "./sse.ts";

type Chunk = Uint8Array<ArrayBuffer>;
export type TailedStream = LogStream | SpanStream;

const LOG_STREAMS: readonly LogStream[] = ["logs", "gha-logs"];
export const TAILED_STREAMS: readonly TailedStream[] = [...LOG_STREAMS, "traces"];

const LINE_END = 0x0a;
/** Read of each ring for the first reader. A line of an SDK's spans alone may have half a megabyte. */
const FIRST_BYTES: Readonly<Record<TailedStream, number>> = {
  logs: 256 * 1024,
  "gha-logs": 256 * 1024,
  traces: 1024 * 1024,
};

/** The lines that are accepted. */
export interface TailedLines {
  /** Shows each line from now on to `listener`, which must not keep its bytes; to nobody without one. */
  watch(listener: ((stream: TailedStream, line: Uint8Array) => void) | undefined): void;
  /** A copy of the newest lines that are still held, each with its line end. */
  newest(stream: TailedStream, maxBytes: number): Uint8Array;
  /** How many lines were accepted by this run, and by earlier ones if they were held at its start. */
  countOf(stream: TailedStream): number;
}

/** The newest logs and spans, as messages. While nobody looks no line is looked at. */
export class Tails {
  readonly #lines: TailedLines;
  readonly #logs;
  readonly #spans;
  #isWatching = false;

  /** @param wallMs wall time in ms. */
  constructor(lines: TailedLines, wallMs: () => number) {
    this.#lines = lines;
    this.#logs = logTail(wallMs);
    this.#spans = spanTail(wallMs);
  }

  /** True while somebody looks who may see texts. Idempotent. */
  watch(isAsked: boolean): void {
    if (isAsked === this.#isWatching) return;
    this.#isWatching = isAsked;
    if (!isAsked) {
      this.#lines.watch(undefined);
      this.#logs.clear();
      this.#spans.clear();
      return;
    }
    const held = LOG_STREAMS.map((stream) => [stream, this.#newest(stream)] as const);
    const spans = this.#newest("traces");
    this.#logs.begin(
      held,
      held.some(([stream, lines]) => this.#hasMore(stream, lines)),
    );
    this.#spans.begin([["traces", spans]], this.#hasMore("traces", spans));
    this.#lines.watch((stream, line) => {
      if (stream === "traces") this.#spans.add(stream, line);
      else this.#logs.add(stream, line);
    });
  }

  /** What a further reader begins with. */
  beginnings(): readonly Chunk[] {
    return messagesOf({ logs: this.#logs.beginning, spans: this.#spans.beginning });
  }

  /** What has come since the last call. */
  take(): readonly Chunk[] {
    return messagesOf({ logs: this.#logs.take(), spans: this.#spans.take() });
  }

  #newest(stream: TailedStream): Uint8Array {
    return this.#lines.newest(stream, FIRST_BYTES[stream]);
  }

  #hasMore(stream: TailedStream, lines: Uint8Array): boolean {
    let count = 0;
    for (let at = lines.indexOf(LINE_END); at >= 0; at = lines.indexOf(LINE_END, at + 1)) count++;
    return count < this.#lines.countOf(stream);
  }
}

interface Taken {
  readonly logs: LiveMessages["logs"] | undefined;
  readonly spans: LiveMessages["spans"] | undefined;
}

function messagesOf({ logs, spans }: Taken): readonly Chunk[] {
  return [
    ...(logs === undefined ? [] : [messageOf("logs", logs)]),
    ...(spans === undefined ? [] : [messageOf("spans", spans)]),
  ];
}
