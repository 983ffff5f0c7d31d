import { closeSync, fstatSync, ftruncateSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import type { HeldFolder } from "../lib/held-folder.ts";

/** How far a file has been handed on. */
export interface Position {
  /** What tells the file from others, see `LogFile`. */
  readonly key: string;
  readonly bytes: number;
  /** How many of its first bytes {@link firstHash} is of. */
  readonly firstBytes: number;
  readonly firstHash: number;
}

/** In the agent's home: what is kept of the runner's logs. */
export const RUNNER_FOLDER = "runner";
const FILE = "positions";
/** Bytes of notes behind the last snapshot that make a new one. */
const NOTES_MAX_BYTES = 256 * 1024;
/** Files whose position is kept, also after they are gone: they may come back, as another name or from a backup. */
const KEPT_MAX = 32_768;
/** More than a snapshot of every file that is followed can have: whatever is longer is not ours. */
const FILE_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Remembers beyond a crash how far each file has been handed on, together with the ring: a note is written right before
 * each offer, with the ring's head as it is then. The next start looks at the head: the same, and the line was not taken;
 * another one, and it was. So every line of a log is in the ring exactly once, whenever the process dies. (A ring that was
 * made anew meanwhile has another head, too; to be cut off between note and offer takes a crash within microseconds.)
 *
 * One file: a snapshot, then a JSON line for each note; it is made anew when the notes have become many.
 */
export class PositionStore {
  readonly #folder: HeldFolder;
  readonly #positions: Map<string, Position>;
  #fd: number | undefined;
  #bytes = 0;
  #snapshotBytes = 0;
  /** Bytes of the newest note, until it counts. */
  #pendingBytes = 0;
  #pending: readonly Position[] = [];

  /** Reads what the last run left. `headPosition` is the ring's, before anything else was offered. Never throws. */
  constructor(folder: HeldFolder, headPosition: number) {
    this.#folder = folder;
    const { positions, isLastTaken } = readPositions(folder, headPosition);
    this.#positions = positions;
    // Another start finds another head.
    if (!isLastTaken) this.#forgetLast();
  }

  get(key: string): Position | undefined {
    return this.#positions.get(key);
  }

  /**
   * Writes down where the files will be if the offer that comes next is accepted; {@link accept} or {@link cancel} must
   * follow it before anything else happens. Throws the system's error; then nothing is written, and nothing may be offered.
   */
  note(headPosition: number, moves: readonly Position[]): void {
    if (this.#fd === undefined || this.#bytes - this.#snapshotBytes > NOTES_MAX_BYTES) this.#writeSnapshot();
    this.#pendingBytes = this.#append(`${JSON.stringify({ head: headPosition, files: moves.map(rowOf) })}\n`);
    this.#pending = moves;
  }

  /** The offer was accepted. */
  accept(): void {
    for (const move of this.#pending) this.#positions.set(move.key, move);
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /**
   * The offer was not accepted: the note must not count when the ring's head grows by another line. Throws the system's
   * error; then no further note can be written before one snapshot has worked.
   */
  cancel(): void {
    this.#pending = [];
    const fd = this.#fd;
    if (fd === undefined || this.#pendingBytes === 0) return;
    const bytes = this.#bytes - this.#pendingBytes;
    this.#fd = undefined;
    this.#pendingBytes = 0;
    try {
      ftruncateSync(fd, bytes);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#fd = fd;
    this.#bytes = bytes;
  }

  /** Forgets the files that are not among `followed`, when they have become many: deleted logs, a month of them. */
  shrinkTo(followed: { has(key: string): boolean }, keptMax = KEPT_MAX): void {
    if (this.#positions.size <= keptMax) return;
    for (const key of this.#positions.keys()) if (!followed.has(key)) this.#positions.delete(key);
  }

  /** Ends the use of the file, with a snapshot if the disk takes one. Safe to call twice. */
  close(): void {
    if (this.#fd === undefined) return;
    try {
      this.#writeSnapshot();
    } catch {
      // The notes say the same.
    }
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #forgetLast(): void {
    try {
      this.#writeSnapshot();
    } catch {
      // The first note tries again.
    }
  }

  /** Under another name first, so that a crash leaves the old file or the new one. */
  #writeSnapshot(): void {
    // Windows renames over no open file.
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    const temporary = `${FILE}.new`;
    rmSync(this.#folder.at(temporary), { force: true });
    this.#fd = this.#folder.makeFile(temporary);
    this.#bytes = 0;
    try {
      this.#snapshotBytes = this.#append(`${JSON.stringify({ files: [...this.#positions.values()].map(rowOf) })}\n`);
      renameSync(this.#folder.at(temporary), this.#folder.at(FILE));
    } catch (error) {
      closeSync(this.#fd);
      this.#fd = undefined;
      throw error;
    }
  }

  /** The whole text or nothing of it: half a line would spoil what is written behind it. */
  #append(text: string): number {
    const bytes = Buffer.from(text);
    const fd = this.#fd;
    if (fd === undefined) throw new Error("Cannot write the positions of the runner's logs: no file is open");
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(fd, bytes, done, bytes.length - done, this.#bytes + done);
    } catch (error) {
      ftruncateSync(fd, this.#bytes);
      throw error;
    }
    this.#bytes += bytes.length;
    return bytes.length;
  }
}

type Row = readonly [key: string, bytes: number, firstBytes: number, firstHash: number];

function rowOf({ key, bytes, firstBytes, firstHash }: Position): Row {
  return [key, bytes, firstBytes, firstHash];
}

/** What the last run left; its last note counts unless the ring's head says that its offer was not accepted. */
interface Found {
  readonly positions: Map<string, Position>;
  readonly isLastTaken: boolean;
}

function readPositions(folder: HeldFolder, headPosition: number): Found {
  const positions = new Map<string, Position>();
  // The last piece has no line end: nothing, or a note that was cut off and whose offer never came.
  const notes = textOf(folder).split("\n").slice(0, -1).map(parseNote);
  for (const [index, note] of notes.entries()) {
    if (note === undefined) break;
    // A note is taken back when its offer fails, so only the last one can be without its line.
    if (index === notes.length - 1 && note.head === headPosition) return { positions, isLastTaken: false };
    for (const position of note.files) positions.set(position.key, position);
  }
  return { positions, isLastTaken: true };
}

function parseNote(line: string): { readonly head?: number; readonly files: readonly Position[] } | undefined {
  try {
    const note: unknown = JSON.parse(line);
    if (typeof note !== "object" || note === null || !("files" in note) || !Array.isArray(note.files)) return undefined;
    const files = note.files.map(positionOf).filter((position) => position !== undefined);
    return "head" in note && typeof note.head === "number" ? { head: note.head, files } : { files };
  } catch {
    return undefined;
  }
}

function positionOf(row: unknown): Position | undefined {
  if (!Array.isArray(row)) return undefined;
  const [key, ...numbers]: readonly unknown[] = row;
  const [bytes, firstBytes, firstHash] = numbers.filter((number) => Number.isSafeInteger(number)).map(Number);
  if (typeof key !== "string" || bytes === undefined || firstBytes === undefined || firstHash === undefined)
    return undefined;
  return { key, bytes, firstBytes, firstHash };
}

/** Empty when there is no file, or one that is not ours. */
function textOf(folder: HeldFolder): string {
  try {
    const fd = folder.openFile(FILE, { isReadOnly: true });
    try {
      return fstatSync(fd).size > FILE_MAX_BYTES ? "" : readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}
