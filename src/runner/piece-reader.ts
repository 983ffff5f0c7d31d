import { cutEntries } from "./cut-entries.ts";
import type { LogFile } from "./log-file.ts";
import type { OpenFiles } from "./open-files.ts";
import { fileAttributes, recordMaxBytes, recordOf, RECORDS_MAX } from "./record-line.ts";
import type { RingWriter } from "./ring-writer.ts";

/** Bytes of one record, as the collector had it: a longer entry is cut into several. */
const RECORD_MAX_BYTES = 200 * 1024;
/** More than the longest record: an entry that fits is never cut because the buffer ends. */
const READ_BYTES = 256 * 1024;
/** What an entry costs at least of the bytes a second, and a piece without any. */
const ENTRY_COST_BYTES = 256;

/**
 * What came of a piece. `some`: there may be more. `none`: nothing that is whole, or the file cannot be read now.
 * `full`: the ring takes nothing, the file keeps its place.
 */
export type Piece = "some" | "none" | "full";

/** Reads files piece by piece, cuts them into entries and gives their records to the writer. */
export class PieceReader {
  /** Bytes that have become records. */
  readBytes = 0;
  /** What the pieces have cost so far, in bytes: those read, or those of the records if they are more. */
  costBytes = 0;
  readonly #writer: RingWriter;
  readonly #openFiles: OpenFiles;
  readonly #maxBytes: number;
  readonly #buffer = Buffer.alloc(READ_BYTES);

  constructor(writer: RingWriter, openFiles: OpenFiles, lineMaxBytes: number) {
    this.#writer = writer;
    this.#openFiles = openFiles;
    this.#maxBytes = recordMaxBytes(lineMaxBytes, RECORD_MAX_BYTES);
  }

  /** Reads one piece of `file`. `isWhole`: what stands at its end is whole, though nothing follows it. */
  read(file: LogFile, isWhole: boolean): Piece {
    const bytes = this.#bytesOf(file);
    if (bytes === undefined) return "none";
    const isEnd = file.readPosition + bytes.length >= file.size;
    const cut = cutEntries(bytes, {
      maxBytes: this.#maxBytes,
      maxEntries: RECORDS_MAX,
      isAll: isWhole && isEnd,
      hasHeaders: file.hasHeaders,
    });
    const frame = { attributes: fileAttributes(file.name), nowMs: Date.now() };
    let done = 0;
    for (const entry of cut.entries) {
      const record = recordOf(bytes, entry, frame);
      if (record === undefined) this.#writer.skip(file);
      else if (!this.#writer.add(file, record)) return "full";
      this.costBytes += Math.max(entry.end - entry.start, record?.length ?? 0, ENTRY_COST_BYTES);
      file.take(entry.end - done);
      done = entry.end;
    }
    file.hasHeaders = cut.hasHeaders;
    this.readBytes += done;
    this.costBytes += ENTRY_COST_BYTES;
    if (done > 0) return "some";
    file.hold();
    return "none";
  }

  /** Undefined when the file cannot be read now: refused, replaced, or broken. */
  #bytesOf(file: LogFile): Buffer | undefined {
    try {
      const isOpen = file.open();
      file.isGone ||= !isOpen;
      if (!isOpen) return undefined;
      this.#openFiles.use(file);
      const bytes = file.read(this.#buffer);
      file.isUnreadable = false;
      return bytes;
    } catch (error) {
      if (this.#openFiles.limit(error)) return undefined;
      file.isUnreadable = true;
      file.hold();
      return undefined;
    }
  }
}
