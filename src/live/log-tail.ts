import type { LiveLog, LiveMessages } from "./live-data.ts";
import { readRecords } from "./read-records.ts";

/** Parsed between two looks, a second at most. It takes one core for some 3 ms. */
export const PARSED_MAX_BYTES = 512 * 1024;
/** A longer line is not looked into: it alone would take all that. */
export const LINE_MAX_BYTES = 1024 * 1024;
/** No eye follows more, and no page draws it. */
export const RECORDS_MAX = 500;
export const TEXT_MAX_BYTES = 512 * 1024;
/** In lines that are not parsed records are counted, which is cheap, but not free. */
const COUNTED_MAX_BYTES = 4 * 1024 * 1024;
const RECORD_SIGN = '"body":';
/** Of a record beside its text. */
const RECORD_BYTES = 100;

export type LogStream = LiveLog["stream"];

const decoder = new TextDecoder();

/** The newest log records, while somebody looks. Its work and its size are bounded, whatever comes. */
export class LogTail {
  readonly #nowMs: () => number;
  #backlog: LiveLog[] = [];
  #backlogBytes = 0;
  /** Since {@link take} was called last. */
  #fresh: LiveLog[] = [];
  #freshBytes = 0;
  #parsedBytes = 0;
  #countedBytes = 0;
  #leftOut = 0;

  /** @param nowMs wall time, of records that have none. */
  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /**
   * The last records that {@link take} does not give any more, oldest first: {@link RECORDS_MAX} of
   * {@link TEXT_MAX_BYTES} at most.
   */
  get backlog(): readonly LiveLog[] {
    return this.#backlog.slice(0, Math.max(0, this.#backlog.length - this.#fresh.length));
  }

  /** A line that was accepted; its bytes are not kept. Never throws. */
  add(stream: LogStream, line: Uint8Array): void {
    if (this.#parsedBytes >= PARSED_MAX_BYTES || line.length > LINE_MAX_BYTES) {
      this.#leftOut += this.#countRecords(line);
      return;
    }
    this.#parsedBytes += line.length;
    for (const record of readRecords(stream, decoder.decode(line), this.#nowMs())) {
      const bytes = bytesOf(record);
      if (this.#fresh.length >= RECORDS_MAX || this.#freshBytes + bytes > TEXT_MAX_BYTES) {
        this.#leftOut++;
        continue;
      }
      this.#fresh.push(record);
      this.#freshBytes += bytes;
      this.#keep(record);
    }
  }

  /** What was there before anybody looked: whole lines, each with its line end. */
  begin(lines: Readonly<Record<LogStream, Uint8Array>>): void {
    const nowMs = this.#nowMs();
    const records = (["logs", "gha-logs"] as const).flatMap((stream) =>
      decoder
        .decode(lines[stream])
        .split("\n")
        .flatMap((line) => readRecords(stream, line, nowMs)),
    );
    for (const record of records.toSorted((one, other) => one.atMs - other.atMs).slice(-RECORDS_MAX))
      this.#keep(record);
  }

  /** What has come since the last call; undefined for nothing. */
  take(): LiveMessages["logs"] | undefined {
    const [records, leftOut] = [this.#fresh, this.#leftOut];
    this.#fresh = [];
    this.#freshBytes = 0;
    this.#parsedBytes = 0;
    this.#countedBytes = 0;
    this.#leftOut = 0;
    return records.length === 0 && leftOut === 0 ? undefined : { records, leftOut };
  }

  /** Nobody looks any more. */
  clear(): void {
    this.take();
    this.#backlog = [];
    this.#backlogBytes = 0;
  }

  #keep(record: LiveLog): void {
    this.#backlog.push(record);
    this.#backlogBytes += bytesOf(record);
    let gone = Math.max(0, this.#backlog.length - RECORDS_MAX);
    for (const old of this.#backlog.slice(0, gone)) this.#backlogBytes -= bytesOf(old);
    for (; this.#backlogBytes > TEXT_MAX_BYTES; gone++) {
      const old = this.#backlog[gone];
      if (old === undefined) break;
      this.#backlogBytes -= bytesOf(old);
    }
    if (gone > 0) this.#backlog.splice(0, gone);
  }

  /** At least one; of a very long line, or of very many, those in its beginning. */
  #countRecords(line: Uint8Array): number {
    const room = COUNTED_MAX_BYTES - this.#countedBytes;
    if (room <= 0) return 1;
    const bytes = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, room));
    this.#countedBytes += bytes.length;
    let count = 0;
    for (let at = bytes.indexOf(RECORD_SIGN); at >= 0; at = bytes.indexOf(RECORD_SIGN, at + RECORD_SIGN.length))
      count++;
    return Math.max(1, count);
  }
}

/** At most three bytes a UTF-16 unit; nobody counts exactly here. */
function bytesOf({ text }: LiveLog): number {
  return RECORD_BYTES + text.length;
}
