import { closeSync, readFileSync, statSync, writeSync } from "node:fs";
import { bootMark } from "../lib/boot-mark.ts";
import { errorText, systemCode } from "../lib/error-text.ts";
import { HeldFolder } from "../lib/held-folder.ts";
import { keepLastWords } from "../lib/last-words.ts";
import { lockFile } from "../lib/libc.ts";
import { mask } from "../lib/mask.ts";
import type { Stream } from "../pipeline.ts";
import { lockByDatabase } from "./database-lock.ts";
import { parseRunRecord, recordedText, RUN_RECORD_BYTES, type RunRecord } from "./run-record.ts";

/** Its holder is the agent of the folder. */
export const LOCK_FILE = "lock";
const DATABASE_LOCK = "lock.db";
/** Of last words: more than the record holds, so that no secret is cut before it is recognised. */
const LOOKED_AT_CHARS = 1024;

/** Raised when the base directory cannot be used. The message names it and the next step. */
export class HomeError extends Error {
  override readonly name = "HomeError";
}

/**
 * Why what is written now may not last until the next start. `gone`: a file of ours is not where we made it.
 * `refused`: the file system takes nothing any more, `code` is the system's (EROFS).
 */
export type HomeProblem =
  { readonly kind: "gone"; readonly file: string } | { readonly kind: "refused"; readonly code: string };

interface KeptFile {
  readonly folder: HeldFolder;
  readonly name: string;
  readonly inode: number | undefined;
}

/**
 * The folder with everything of one agent, held for the life of the process: its descriptor, so that nobody can put
 * another one in its place, and its lock. The kernel drops the lock at death, however the process dies; so a lock that is
 * taken means a live agent.
 */
export class Home {
  readonly folder: HeldFolder;
  /** Of this folder, from its first start on. */
  readonly id: string;
  /** What the last run left; undefined at the very first start, or when the lock file could not be read. */
  readonly lastRun: RunRecord | undefined;
  readonly #kept: KeptFile[] = [];
  #fd: number | undefined;
  #dropLock: (() => void) | undefined;
  #run: RunRecord;

  /** Makes the folder if need be (0700) and locks it. Throws HomeError. */
  constructor(path: string) {
    let folder: HeldFolder | undefined;
    let fd: number;
    try {
      folder = HeldFolder.openTrusted(`"${path}"`, path);
      fd = folder.openOrMakeFile(LOCK_FILE);
    } catch (error) {
      folder?.close();
      throw new HomeError(
        `Cannot use the base directory "${path}": ${errorText(error)}; name another with --base-directory`,
        { cause: error },
      );
    }
    this.folder = folder;
    this.#fd = fd;
    const isLocked = lockFile(fd);
    this.lastRun = parseRunRecord(readFileSync(fd));
    if (isLocked === undefined) this.#dropLock = lockByDatabase(folder.at(DATABASE_LOCK));
    if (isLocked === false || (isLocked === undefined && this.#dropLock === undefined)) {
      closeSync(fd);
      folder.close();
      const holder = this.lastRun === undefined ? "" : ` (pid ${this.lastRun.pid})`;
      throw new HomeError(
        `Cannot use the base directory "${path}": another warp-telemetry${holder} holds it; stop that one or name another with --base-directory`,
      );
    }
    this.keep(folder, LOCK_FILE);
    const lastSeconds = this.lastRun?.lastSeconds ?? {};
    this.id = this.lastRun?.id ?? crypto.randomUUID();
    this.#run = { id: this.id, pid: process.pid, memoryKind: "written", endedWell: false, lastSeconds };
  }

  get path(): string {
    return this.folder.path;
  }

  /** Tells the next start how the rings of this run are kept, and where in the life of the machine it began. */
  begin(memoryKind: RunRecord["memoryKind"]): void {
    this.#run = { ...this.#run, ...bootMark(), memoryKind };
    keepLastWords(({ kind, text }) => {
      this.#run = { ...this.#run, lastWords: { kind, text: recordedText(mask(text.slice(0, LOOKED_AT_CHARS))) } };
      this.#save();
    });
    this.#save();
  }

  /** Watches over a file that is there, see {@link problem}. */
  keep(folder: HeldFolder, name: string): void {
    this.#kept.push({ folder, name, inode: inodeOf(folder.at(name)) });
  }

  /** Looks whether a next start would find what this run writes: a handful of calls that touch no disk. */
  problem(): HomeProblem | undefined {
    if (!this.folder.isInPlace) return { kind: "gone", file: this.path };
    for (const { folder, name, inode } of this.#kept) {
      if (inodeOf(folder.at(name)) !== inode) return { kind: "gone", file: folder.pathOf(name) };
    }
    const code = refusalOf(this.folder, LOCK_FILE);
    return code === undefined ? undefined : { kind: "refused", code };
  }

  lastSecond(stream: Stream): number {
    return this.#run.lastSeconds[stream] ?? 0;
  }

  /** Keeps the second outside the ring file too: a ring that is lost must not bring an object name back. */
  useSecond(stream: Stream, second: number): void {
    this.#run = { ...this.#run, lastSeconds: { ...this.#run.lastSeconds, [stream]: second } };
    this.#save();
  }

  /** Marks the run as ended well and drops the lock. Safe to call twice. */
  release(): void {
    if (this.#fd === undefined) return;
    keepLastWords(undefined);
    this.#run = { ...this.#run, endedWell: true };
    this.#save();
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#dropLock?.();
    this.folder.close();
  }

  /** One write of always the same length: a death of the process cannot tear it. */
  #save(): void {
    if (this.#fd === undefined) return;
    const bytes = Buffer.from(`${JSON.stringify(this.#run).padEnd(RUN_RECORD_BYTES - 1)}\n`);
    try {
      writeSync(this.#fd, bytes, 0, bytes.length, 0);
    } catch {
      // A full disk. The ring's own header holds the same second.
    }
  }
}

/** Undefined when the path leads nowhere any more, for whatever reason. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}

/** What a file system that takes nothing any more answers: it was mounted anew, or has shut itself down. */
const REFUSALS: ReadonlySet<string> = new Set(["EROFS", "EIO"]);

/**
 * A file system that has met an error becomes read-only under us. Stores into mapped pages go on working then, and never
 * reach the disk. Opening a file for writing asks without a write; access(2) knows nothing of the error.
 */
function refusalOf(folder: HeldFolder, name: string): string | undefined {
  try {
    closeSync(folder.openFile(name));
    return undefined;
  } catch (error) {
    const code = systemCode(error) ?? "";
    return REFUSALS.has(code) ? code : undefined;
  }
}
