import { closeSync, fstatSync, readSync, type Stats } from "node:fs";
import { errorText } from "../lib/error-text.ts";
import { isHeader } from "./cut-entries.ts";
import type { ReadLog } from "../job-pipeline.ts";
import type { Position } from "./position-store.ts";
import { RefusedError } from "./refusals.ts";

/** How much of a file's start tells it from one that took its place: the runner's first line has time and process. */
const FIRST_BYTES = 256;
/** Between two looks at a file: an eighth of the time since it grew last, within these bounds (rounds are a second apart). */
const LOOK_MIN_MS = 900;
const LOOK_MAX_MS = 10_000;
const LOOK_SHARE = 8;
/** A last line, or an entry's last one, is whole when nothing has followed for so long. */
const QUIET_MS = 1000;
/** The byte order mark of UTF-8. */
const MARK = [0xef, 0xbb, 0xbf];

/** What a log has its name in. */
export interface LogFolder {
  at(name: string): string;
  statsOf(name: string): Stats | undefined;
  openFile(name: string): number;
}

/** Where a log is. */
export interface LogPlace {
  /** Of all logs of one runner, as it is configured or was found. */
  readonly folder: string;
  /** Relative to that, with slashes; empty for the folder itself. */
  readonly subfolder: string;
  readonly isPage: boolean;
}

/**
 * One log that is followed: what it is, how far it has been handed on, and when to look at it again. It is known by its
 * inode and its time of birth, and by its first bytes where the file system knows no birth; its name may change. The
 * number of its device is no part of that: it may change with a reboot.
 */
export class LogFile implements ReadLog, LogPlace {
  readonly folder: string;
  readonly subfolder: string;
  /** The output of a step: lines, and not the runner's entries. */
  readonly isPage: boolean;
  /** As of the opening, in wall ms. */
  readonly changedAtMs: number;
  /** Somebody else wants to see its bytes. */
  isWanted = false;
  /** Up to where somebody else has seen them. */
  shownBytes = 0;
  readonly inode: number;
  readonly key: string;
  /** Up to where it is in the ring. */
  position: number;
  /** Counts how often it was begun anew: a position of before means nothing then. */
  generation = 0;
  /** Up to where it has been read into the line that is being made; from there on it is read next. */
  readPosition: number;
  /** As of the last look. */
  size = 0;
  /** An entry of the runner's own form has been seen in it. */
  hasHeaders = false;
  /** It has lost its name: what is open is read to its end. */
  isGone = false;
  /** It has a name in our own folder, too, which does not count. */
  isKept = false;
  /** It could not be opened again when it had grown. */
  isUnreadable = false;
  /** Monotonic, in ms. */
  nextLookMs: number;
  grewAtMs: number;
  #folder: LogFolder;
  #name: string;
  #fd: number | undefined;
  #firstBytes = 0;
  #firstHash = 0;
  #hasEnded = false;
  /** Up to where nothing can be cut before more comes, or it has been quiet. */
  #heldTo = 0;

  /** Opens the file `name`; `saved` tells how far an earlier run got. Throws what `SourceFolder.openFile` throws. */
  static open(
    folder: LogFolder,
    name: string,
    saved: (key: string) => Position | undefined,
    place: LogPlace = { folder: "", subfolder: "", isPage: false },
  ): LogFile {
    const fd = folder.openFile(name);
    try {
      return new LogFile({ folder, name, fd }, saved, place);
    } catch (error) {
      closeSync(fd);
      throw new RefusedError("unreadable", `Cannot read "${name}": ${errorText(error)}`);
    }
  }

  private constructor(
    { folder, name, fd }: { readonly folder: LogFolder; readonly name: string; readonly fd: number },
    saved: (key: string) => Position | undefined,
    place: LogPlace,
  ) {
    this.folder = place.folder;
    this.subfolder = place.subfolder;
    this.isPage = place.isPage;
    this.#folder = folder;
    this.#name = name;
    this.#fd = fd;
    const stats = fstatSync(fd);
    this.inode = stats.ino;
    this.key = keyOf(stats);
    this.changedAtMs = stats.mtimeMs;
    this.grewAtMs = performance.now();
    this.nextLookMs = this.grewAtMs + LOOK_MIN_MS;
    const position = saved(this.key);
    this.position = position?.bytes ?? 0;
    this.#firstBytes = position?.firstBytes ?? 0;
    this.#firstHash = position?.firstHash ?? 0;
    this.readPosition = this.position;
    this.#noteSize(stats.size, this.grewAtMs);
    this.#checkStart();
    this.hasHeaders = this.position > 0 && beginsEntry(this.#bytesOfStart(FIRST_BYTES));
  }

  /** In its folder. */
  get name(): string {
    return this.#name;
  }

  /** For this process. */
  get path(): string {
    return this.#folder.at(this.#name);
  }

  /** Whether another file, or none, has its name by now. */
  get hasLostName(): boolean {
    return this.#folder.statsOf(this.#name)?.ino !== this.inode;
  }

  /** It was found under another name. */
  rename(folder: LogFolder, name: string): void {
    this.#folder = folder;
    this.#name = name;
    this.isGone = false;
  }

  get isOpen(): boolean {
    return this.#fd !== undefined;
  }

  /** Bytes that are not in the ring yet. */
  get bytesBehind(): number {
    return Math.max(0, this.size - this.position);
  }

  /** Whether there is something to cut: new bytes, or old ones that have been quiet long enough to be whole. */
  isDue(nowMs: number): boolean {
    if (this.readPosition >= this.size) return false;
    return this.size > this.#heldTo || this.isQuiet(nowMs);
  }

  /** Nothing more comes: what stands at its end is whole. Looks how long it is now, the first time. */
  end(nowMs: number): void {
    if (this.#hasEnded || !this.isOpen) return;
    this.#hasEnded = true;
    this.look(nowMs);
  }

  isQuiet(nowMs: number): boolean {
    return this.#hasEnded || nowMs - this.grewAtMs >= QUIET_MS;
  }

  /**
   * Looks how long it is now. `replaced`: another file has its name; this one is to be read to its end, if it is open.
   * `gone`: it has no name any more.
   */
  look(nowMs: number): "same" | "replaced" | "gone" {
    const stats = this.#fd === undefined ? this.#folder.statsOf(this.#name) : fstatSync(this.#fd);
    this.nextLookMs = nowMs + Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, (nowMs - this.grewAtMs) / LOOK_SHARE));
    if (stats === undefined) return "gone";
    if (this.#fd === undefined && keyOf(stats) !== this.key) return "replaced";
    this.#noteSize(stats.size, nowMs);
    if (this.#fd !== undefined && stats.nlink === (this.isKept ? 1 : 0)) return "gone";
    return "same";
  }

  /** It is to be found in another folder from now on. As {@link open}. */
  openFrom(folder: LogFolder): boolean {
    this.#folder = folder;
    return this.open();
  }

  /** Opens it again. Throws what `SourceFolder.openFile` throws. False when its name is another file's by now. */
  open(): boolean {
    if (this.#fd !== undefined) return true;
    const fd = this.#folder.openFile(this.#name);
    if (keyOf(fstatSync(fd)) !== this.key) {
      closeSync(fd);
      return false;
    }
    this.#fd = fd;
    return true;
  }

  /**
   * Reads from the position on into `buffer`, at most to the size of the last look. A file that begins with other bytes
   * than before was written anew, and is read from its start. It must be open. Throws the system's error.
   */
  read(buffer: Buffer): Buffer {
    if (this.#fd === undefined) throw new Error(`Cannot read "${this.#name}": it is not open`);
    this.#checkStart();
    const wanted = Math.min(buffer.length, this.size - this.readPosition);
    const byteCount = wanted <= 0 ? 0 : readSync(this.#fd, buffer, 0, wanted, this.readPosition);
    const mark = this.readPosition === 0 ? markLength(buffer.subarray(0, byteCount)) : 0;
    this.readPosition += mark;
    return buffer.subarray(mark, byteCount);
  }

  /** What stands at `position`, which may have been handed on long ago. It must be open. Throws the system's error. */
  readAgain(buffer: Buffer, position: number): Buffer {
    if (this.#fd === undefined) throw new Error(`Cannot read "${this.#name}": it is not open`);
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, buffer.length, position));
  }

  /** So many bytes of what {@link read} gave are in the line that is being made, or are nothing but line ends. */
  take(byteCount: number): void {
    this.readPosition += byteCount;
    this.#heldTo = this.readPosition;
    this.#noteStart();
  }

  /** What has not been taken is held until more comes, or nothing comes for a while. */
  hold(): void {
    this.#heldTo = this.size;
  }

  /** Where it will be when the line with what was taken is in the ring. */
  get nextPosition(): Position {
    return { key: this.key, bytes: this.readPosition, firstBytes: this.#firstBytes, firstHash: this.#firstHash };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #noteSize(size: number, nowMs: number): void {
    if (size < this.position) this.#startAgain();
    if (size !== this.size) this.grewAtMs = nowMs;
    this.size = size;
  }

  #startAgain(): void {
    this.generation++;
    this.position = 0;
    this.readPosition = 0;
    this.#heldTo = 0;
    this.#firstBytes = 0;
    this.hasHeaders = false;
  }

  /** Truncated and grown beyond the position again, between two looks: nothing but the bytes can tell. */
  #checkStart(): void {
    if (this.#firstBytes > 0 && this.#hashOfStart(this.#firstBytes) !== this.#firstHash) this.#startAgain();
  }

  #noteStart(): void {
    const length = Math.min(FIRST_BYTES, this.readPosition);
    if (length === this.#firstBytes) return;
    this.#firstBytes = length;
    this.#firstHash = this.#hashOfStart(length);
  }

  #hashOfStart(length: number): number {
    return Bun.hash.crc32(this.#bytesOfStart(length));
  }

  #bytesOfStart(length: number): Uint8Array {
    const bytes = Buffer.alloc(length);
    const byteCount = this.#fd === undefined ? 0 : readSync(this.#fd, bytes, 0, length, 0);
    return bytes.subarray(0, byteCount);
  }
}

/** Bytes of the byte order mark at the start of a file, which is no part of its first line. */
function markLength(bytes: Uint8Array): number {
  return MARK.every((byte, at) => bytes[at] === byte) ? MARK.length : 0;
}

function beginsEntry(start: Uint8Array): boolean {
  return isHeader(start, markLength(start));
}

/** What tells a file from every other. Where there is no time of birth, the first bytes have to do. */
export function keyOf({ ino, birthtimeMs }: Stats): string {
  return `${ino}-${birthtimeMs}`;
}
