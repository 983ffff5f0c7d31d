import type { LogObserver } from "../job-pipeline.ts";
import { cutEntries, type Entry } from "./cut-entries.ts";
import type { LogFile } from "./log-file.ts";
import type { OpenFiles } from "./open-files.ts";
import { fileAttributes, leftOutRecord, originIds, recordMaxBytes, recordOf, RECORDS_MAX } from "./record-line.ts";
import type { RingWriter } from "./ring-writer.ts";
import type { LeftOut, StepLimits } from "./step-limits.ts";

/** Bytes of one record, as the collector had it: a longer entry is cut into several. */
const RECORD_MAX_BYTES = 200 * 1024;
/** More than the longest record: an entry that fits is never cut because the buffer ends. */
const READ_BYTES = 256 * 1024;
/** What an entry costs at least of the bytes a second, and a piece without any. */
const ENTRY_COST_BYTES = 256;
/** Of a log whose job is not over, as much is shown again to who wants it: the runner begins a new one at 8 MiB. */
const AGAIN_MAX_BYTES = 16 * 1024 * 1024;
/** The start of a log is shown before it becomes records, which are those of the job that it names: the longest message. */
const AHEAD_BYTES = 2 * 1024 * 1024;

/**
 * What came of a piece. `some`: there may be more. `none`: nothing that is whole, or the file cannot be read now.
 * `full`: the ring takes nothing, the file keeps its place.
 */
export type Piece = "some" | "none" | "full";

export interface PieceMeans {
  readonly writer: RingWriter;
  readonly openFiles: OpenFiles;
  readonly limits: StepLimits;
  readonly observer: LogObserver | undefined;
  /** Of the ring. */
  readonly lineMaxBytes: number;
}

/** Reads files piece by piece, cuts them into entries and gives their records to the writer. */
export class PieceReader {
  /** Bytes that have become records. */
  readBytes = 0;
  /** What the pieces have cost so far, in bytes: those read, or those of the records if they are more. */
  costBytes = 0;
  readonly #means: PieceMeans;
  readonly #maxBytes: number;
  readonly #buffer = Buffer.alloc(READ_BYTES);
  /** What is to be said of steps, until the ring takes it. */
  #leftOut: LeftOut[] = [];

  constructor(means: PieceMeans) {
    this.#means = means;
    this.#maxBytes = recordMaxBytes(means.lineMaxBytes, RECORD_MAX_BYTES);
  }

  /** A file is followed from now on, and open: who wants to see it sees what an earlier run has handed on. */
  begin(file: LogFile): void {
    const { observer, limits } = this.#means;
    if (file.isPage) limits.open(file);
    if (observer?.wants(file) !== true) return;
    file.isWanted = true;
    const untilBytes = Math.min(file.position, AGAIN_MAX_BYTES);
    while (file.shownBytes < untilBytes && this.#show(file, untilBytes));
    file.shownBytes = file.position;
  }

  /** Reads one piece of `file`. `isWhole`: what stands at its end is whole, though nothing follows it. */
  read(file: LogFile, isWhole: boolean): Piece {
    const bytes = this.#nextOf(file);
    if (bytes === undefined) return "none";
    if (bytes === "shown") return "some";
    const roomBytes = file.isPage ? this.#means.limits.roomOf(file) : Number.POSITIVE_INFINITY;
    if (roomBytes <= 0) return this.#passOver(file);
    const offset = file.readPosition;
    const isEnd = offset + bytes.length >= file.size;
    const cut = cutEntries(bytes, {
      maxBytes: this.#maxBytes,
      maxEntries: RECORDS_MAX,
      isAll: isWhole && isEnd,
      hasHeaders: file.hasHeaders,
      isPlain: file.isPage,
    });
    const { doneBytes, stop } = this.#handOn(file, bytes, { entries: cut.entries, roomBytes });
    if (file.isPage) this.#means.limits.take(file, doneBytes);
    if (stop === undefined) file.hasHeaders = cut.hasHeaders;
    this.readBytes += doneBytes;
    this.costBytes += ENTRY_COST_BYTES;
    if (stop === "over") return this.#passOver(file);
    if (stop === "full") return "full";
    if (doneBytes > 0) return "some";
    file.hold();
    return "none";
  }

  /** The last page of a step is gone, or nothing more is read: what was left out goes with the next {@link tell}. */
  say(leftOut: readonly LeftOut[]): void {
    this.#leftOut.push(...leftOut);
  }

  /** Adds a record for each step of whose output something was left out, as long as the ring takes it. */
  tell(): void {
    const { writer, observer, limits } = this.#means;
    while (this.#leftOut[0] !== undefined) {
      const { page, bytes } = this.#leftOut[0];
      const origin = observer?.originOf(page);
      const attributes = fileAttributes(page.name, origin?.stepId);
      const frame = { attributes, nowMs: Date.now(), ids: originIds(origin) };
      if (!writer.add(page, leftOutRecord(bytes, limits.maxBytes, frame), origin?.attributes)) return;
      this.#leftOut.shift();
    }
  }

  /** Shows the next bytes to who wants them. True when there is more to be shown before they become records. */
  #showAhead(file: LogFile): boolean {
    const untilBytes = Math.min(file.size, Math.max(AHEAD_BYTES, file.readPosition + READ_BYTES));
    if (file.shownBytes >= untilBytes) return false;
    this.costBytes += ENTRY_COST_BYTES;
    return this.#show(file, untilBytes) && file.shownBytes < untilBytes;
  }

  /** Shows one buffer. False when there is nothing to be read. */
  #show(file: LogFile, untilBytes: number): boolean {
    const { shownBytes } = file;
    const wanted = Math.min(this.#buffer.length, untilBytes - shownBytes);
    const bytes = file.readAgain(this.#buffer.subarray(0, wanted), shownBytes);
    file.shownBytes += bytes.length;
    if (bytes.length > 0) this.#means.observer?.saw(file, shownBytes, bytes);
    return bytes.length > 0;
  }

  /** Gives the entries to the writer, until the ring is `full` or the step has gone `over` what it may print. */
  #handOn(
    file: LogFile,
    bytes: Buffer,
    { entries, roomBytes }: { readonly entries: readonly Entry[]; readonly roomBytes: number },
  ): { readonly doneBytes: number; readonly stop?: "full" | "over" } {
    const { writer, observer } = this.#means;
    const origin = observer?.originOf(file);
    const attributes = fileAttributes(file.name, origin?.stepId);
    const frame = { attributes, nowMs: Date.now(), ids: originIds(origin), isOutput: file.isPage };
    let doneBytes = 0;
    for (const entry of entries) {
      const length = entry.end - doneBytes;
      if (entry.end > roomBytes) return { doneBytes, stop: "over" };
      const record = recordOf(bytes, entry, frame);
      if (record === undefined) writer.skip(file);
      else if (!writer.add(file, record, origin?.attributes)) return { doneBytes, stop: "full" };
      this.costBytes += Math.max(entry.end - entry.start, record?.length ?? 0, ENTRY_COST_BYTES);
      file.take(length);
      doneBytes = entry.end;
    }
    return { doneBytes };
  }

  /** What a step prints beyond its limit. */
  #passOver(file: LogFile): Piece {
    const byteCount = file.size - file.readPosition;
    if (byteCount <= 0) {
      file.hold();
      return "none";
    }
    this.#means.limits.leaveOut(file, byteCount);
    file.take(byteCount);
    this.#means.writer.skip(file);
    this.costBytes += ENTRY_COST_BYTES;
    return "some";
  }

  /**
   * The bytes to make records of. `shown`: of a log that somebody else wants to see, there is more to be shown first.
   * Undefined when the file cannot be read now: refused, replaced, or broken.
   */
  #nextOf(file: LogFile): Buffer | "shown" | undefined {
    const { openFiles } = this.#means;
    try {
      const isOpen = file.open();
      file.isGone ||= !isOpen;
      if (!isOpen) return undefined;
      openFiles.use(file);
      if (file.isWanted && this.#showAhead(file)) return "shown";
      const bytes = file.read(this.#buffer);
      file.isUnreadable = false;
      return bytes;
    } catch (error) {
      if (openFiles.limit(error)) return undefined;
      file.isUnreadable = true;
      file.hold();
      return undefined;
    }
  }
}
