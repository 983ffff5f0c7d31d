import type { LineSink, OfferResult, Sender } from "../pipeline.ts";
import { randomHex } from "../lib/random-hex.ts";

const MARK_BYTES = 8;
const PREFIX = "warp-telemetry-mark-";

/** What is used of a line of the ring of logs, which the codec has made: OTLP/JSON. */
interface LogsLine {
  resourceLogs?: { scopeLogs?: { logRecords?: { body?: { stringValue?: unknown } }[] }[] }[];
}

/**
 * Words that the agent writes into a log which the collector reads. When one comes back with the collector's lines,
 * everything before it has been read and is in the ring. No word is ever stored. They are random, so nobody else's line
 * is taken for one.
 */
export class Marks {
  readonly #prefix: string;
  readonly #prefixBytes: Buffer;
  /** Of the collector that have come so far, with marks in them or without. */
  lines = 0;
  readonly #waiting = new Map<string, () => void>();

  /** @param word random, and the same in every run: what comes back late, in the next run, is known then, too. */
  constructor(word: string) {
    this.#prefix = `${PREFIX}${word}-`;
    this.#prefixBytes = Buffer.from(this.#prefix);
  }

  /** A new word, and the promise that resolves when it has come back. */
  make(): { readonly mark: string; readonly returned: Promise<void> } {
    const mark = `${this.#prefix}${randomHex(MARK_BYTES)}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.set(mark, resolve);
    return { mark, returned: promise };
  }

  /** Offers `line` to `sink` without the marks in it, which have come back when the rest of it is in the ring. */
  offer(sink: LineSink, line: Uint8Array, sender: Sender | undefined): OfferResult {
    if (sender === "own") this.lines++;
    if (sender !== "own" || Buffer.from(line.buffer, line.byteOffset, line.length).indexOf(this.#prefixBytes) === -1)
      return sink.offer(line, sender);
    const { rest, marks } = this.#split(line);
    const result = rest === undefined ? "accepted" : sink.offer(rest, sender);
    if (result === "accepted") for (const mark of marks) this.#seen(mark);
    return result;
  }

  #seen(mark: string): void {
    this.#waiting.get(mark)?.();
    this.#waiting.delete(mark);
  }

  #split(line: Uint8Array): { readonly rest: Uint8Array | undefined; readonly marks: readonly string[] } {
    const request: unknown = JSON.parse(Buffer.from(line).toString());
    if (!isLogsLine(request)) return { rest: line, marks: [] };
    const marks: string[] = [];
    const isOthers = (text: unknown): boolean => {
      if (typeof text !== "string" || !text.startsWith(this.#prefix)) return true;
      marks.push(text);
      return false;
    };
    for (const { scopeLogs = [] } of request.resourceLogs ?? [])
      for (const scope of scopeLogs)
        scope.logRecords = (scope.logRecords ?? []).filter(({ body }) => isOthers(body?.stringValue));
    const resourceLogs = (request.resourceLogs ?? [])
      .map((resource) => ({
        ...resource,
        scopeLogs: (resource.scopeLogs ?? []).filter(({ logRecords = [] }) => logRecords.length > 0),
      }))
      .filter(({ scopeLogs }) => scopeLogs.length > 0);
    const rest = resourceLogs.length === 0 ? undefined : Buffer.from(JSON.stringify({ ...request, resourceLogs }));
    return { rest, marks };
  }
}

/** The codec has checked the rest. */
function isLogsLine(value: unknown): value is LogsLine {
  return typeof value === "object" && value !== null && "resourceLogs" in value;
}

/** `sink`, but the marks of `marks` are taken out of the lines that it gets. */
export function sinkWithoutMarks(sink: LineSink, marks: () => Marks | undefined): LineSink {
  return {
    lineMaxBytes: sink.lineMaxBytes,
    offer: (line, sender) => marks()?.offer(sink, line, sender) ?? sink.offer(line, sender),
  };
}
