import type { LiveTail } from "./live-data.ts";

/** Parsed between two looks, a second at most. It takes one core for some 3 ms. */
export const PARSED_MAX_BYTES = 512 * 1024;
/** A longer line is not looked into: it alone would take all that. */
export const LINE_MAX_BYTES = 1024 * 1024;
/** In lines that are not parsed records are counted, which is cheap, but not free. */
const COUNTED_MAX_BYTES = 4 * 1024 * 1024;

const decoder = new TextDecoder();

/** What a {@link Tail} has to know of its records. */
export interface TailKind<Stream extends string, One> {
  /** The records of a line; empty for what has none. Must not throw. `nowMs`: for those without a time. */
  readonly read: (stream: Stream, line: string, nowMs: number) => readonly One[];
  /** Stands once in the JSON of each record. */
  readonly sign: string;
  /** About what the record takes as JSON; nobody counts exactly here. */
  readonly bytesOf: (record: One) => number;
  readonly atMsOf: (record: One) => number;
  /** Told between two looks, and kept for who comes later. */
  readonly recordsMax: number;
  readonly maxBytes: number;
}

/** The newest records of some streams, while somebody looks. Its work and its size are bounded, whatever comes. */
export class Tail<Stream extends string, One> {
  readonly #kind: TailKind<Stream, One>;
  readonly #nowMs: () => number;
  #backlog: One[] = [];
  #backlogBytes = 0;
  #hasEarlier = false;
  /** Since {@link take} was called last. */
  #fresh: One[] = [];
  #freshBytes = 0;
  #parsedBytes = 0;
  #countedBytes = 0;
  #leftOut = 0;

  /** @param nowMs wall time, of records that have none. */
  constructor(kind: TailKind<Stream, One>, nowMs: () => number) {
    this.#kind = kind;
    this.#nowMs = nowMs;
  }

  /** The last records that {@link take} does not give any more, oldest first, within the limits of the kind. */
  get backlog(): readonly One[] {
    return this.#backlog.slice(0, Math.max(0, this.#backlog.length - this.#fresh.length));
  }

  /** What a reader begins with; undefined for nothing. */
  get beginning(): LiveTail<One> | undefined {
    const records = this.backlog;
    if (records.length === 0 && !this.#hasEarlier) return undefined;
    return { records, leftOut: 0, ...(this.#hasEarlier && { hasEarlier: true }) };
  }

  /** A line that was accepted; its bytes are not kept. Never throws. */
  add(stream: Stream, line: Uint8Array): void {
    if (this.#parsedBytes >= PARSED_MAX_BYTES || line.length > LINE_MAX_BYTES) {
      this.#leftOut += this.#countRecords(line);
      return;
    }
    this.#parsedBytes += line.length;
    const { read, bytesOf, recordsMax, maxBytes } = this.#kind;
    for (const record of read(stream, decoder.decode(line), this.#nowMs())) {
      const bytes = bytesOf(record);
      if (this.#fresh.length >= recordsMax || this.#freshBytes + bytes > maxBytes) {
        this.#leftOut++;
        continue;
      }
      this.#fresh.push(record);
      this.#freshBytes += bytes;
      this.#keep(record);
    }
  }

  /**
   * What was there before anybody looked: whole lines of each stream, each with its line end. `hasEarlier`: there were
   * others before.
   */
  begin(lines: Iterable<readonly [stream: Stream, lines: Uint8Array]>, hasEarlier: boolean): void {
    const { read, atMsOf, recordsMax } = this.#kind;
    const nowMs = this.#nowMs();
    const records = [...lines].flatMap(([stream, bytes]) =>
      decoder
        .decode(bytes)
        .split("\n")
        .flatMap((line) => read(stream, line, nowMs)),
    );
    this.#hasEarlier = hasEarlier || records.length > recordsMax;
    for (const record of records.toSorted((one, other) => atMsOf(one) - atMsOf(other)).slice(-recordsMax))
      this.#keep(record);
  }

  /** What has come since the last call; undefined for nothing. */
  take(): LiveTail<One> | undefined {
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
    this.#hasEarlier = false;
  }

  #keep(record: One): void {
    const { bytesOf, recordsMax, maxBytes } = this.#kind;
    this.#backlog.push(record);
    this.#backlogBytes += bytesOf(record);
    let gone = 0;
    for (const old of this.#backlog) {
      if (this.#backlog.length - gone <= recordsMax && this.#backlogBytes <= maxBytes) break;
      this.#backlogBytes -= bytesOf(old);
      gone++;
    }
    if (gone === 0) return;
    this.#backlog.splice(0, gone);
    this.#hasEarlier = true;
  }

  /** At least one; of a very long line, or of very many, those in its beginning. */
  #countRecords(line: Uint8Array): number {
    const room = COUNTED_MAX_BYTES - this.#countedBytes;
    if (room <= 0) return 1;
    const { sign } = this.#kind;
    const bytes = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, room));
    this.#countedBytes += bytes.length;
    let count = 0;
    for (let at = bytes.indexOf(sign); at >= 0; at = bytes.indexOf(sign, at + sign.length)) count++;
    return Math.max(1, count);
  }
}
