import { closeSync, constants, mkdirSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { errorText } from "../lib/error-text.ts";
import type { Stream } from "../pipeline.ts";
import { lockFile } from "../lib/libc.ts";
import { lockByDatabase } from "./database-lock.ts";
import type { RingMemory } from "./ring-memory.ts";

/**
 * What a run leaves in the lock file for the next one. `endedWell` is false from start to stop: still false at the next
 * start means that the run ended in a crash.
 */
const LastRun = Type.Object({
  id: Type.Optional(Type.String()),
  pid: Type.Integer(),
  memoryKind: Type.Union([Type.Literal("mapped"), Type.Literal("written")]),
  endedWell: Type.Boolean(),
  lastSeconds: Type.Record(Type.String(), Type.Integer()),
});
export type LastRun = Readonly<Static<typeof LastRun>>;

/** More than the longest of these can have. */
const RUN_BYTES = 512;

/** Raised when the base directory cannot be used. The message names it and the next step. */
export class BaseDirectoryError extends Error {
  override readonly name = "BaseDirectoryError";
}

/**
 * The directory that holds everything of one agent, held for the life of the process: the kernel drops the lock at
 * death, however it dies, so a lock that stands means a live agent.
 */
export class BaseDirectory {
  readonly path: string;
  /** Of this directory, from its first start on. */
  readonly id: string;
  /** Undefined at the very first start, or when the file could not be read. */
  readonly lastRun: LastRun | undefined;
  #fd: number | undefined;
  #release: (() => void) | undefined;
  /** Inode by path of the files that must stay where they are. */
  readonly #files = new Map<string, number>();
  #run: LastRun;

  /** Makes the directory if need be (0700) and locks it. Throws BaseDirectoryError. */
  constructor(path: string) {
    this.path = path;
    const file = join(path, "lock");
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    } catch (error) {
      const reason = errorText(error);
      throw new BaseDirectoryError(
        `Cannot use the base directory "${path}": ${reason}; name another with --base-directory`,
      );
    }
    const isLocked = lockFile(this.#fd);
    this.lastRun = readLastRun(file);
    if (isLocked === undefined) this.#release = lockByDatabase(join(path, "lock.db"));
    if (isLocked === false || (isLocked === undefined && this.#release === undefined)) {
      closeSync(this.#fd);
      const holder = this.lastRun === undefined ? "" : ` (pid ${this.lastRun.pid})`;
      throw new BaseDirectoryError(
        `Cannot use the base directory "${path}": another warp-telemetry${holder} holds it; stop that one or name another with --base-directory`,
      );
    }
    this.keep(file);
    const lastSeconds = this.lastRun?.lastSeconds ?? {};
    this.id = this.lastRun?.id ?? crypto.randomUUID();
    this.#run = { id: this.id, pid: process.pid, memoryKind: "written", endedWell: false, lastSeconds };
  }

  /** Tells the next start how the rings of this run are kept. */
  begin(memoryKind: RingMemory["kind"]): void {
    this.#run = { ...this.#run, memoryKind };
    this.#save();
  }

  /** Watches over a file of ours, see {@link missingFile}. */
  keep(path: string): void {
    this.#files.set(path, statSync(path).ino);
  }

  /** A file of ours that is gone or is another one now: then what we write is found by no next start. */
  missingFile(): string | undefined {
    return [...this.#files].find(([path, inode]) => inodeOf(path) !== inode)?.[0];
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
    this.#run = { ...this.#run, endedWell: true };
    this.#save();
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#release?.();
  }

  /** One write of always the same length: a death of the process cannot tear it. */
  #save(): void {
    if (this.#fd === undefined) return;
    const bytes = Buffer.from(`${JSON.stringify(this.#run).padEnd(RUN_BYTES - 1)}\n`);
    try {
      writeSync(this.#fd, bytes, 0, bytes.length, 0);
    } catch {
      // A full disk. The ring's own header holds the same second.
    }
  }
}

function readLastRun(file: string): LastRun | undefined {
  try {
    const run: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Value.Check(LastRun, run) ? run : undefined;
  } catch {
    return undefined;
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
