import { statfs as systemStatfs } from "node:fs/promises";
import { logOf } from "../lib/log.ts";
import type { FileSystem } from "./mounts.ts";

/** A local file system answers in microseconds, one over a network in milliseconds, a machine at its limit in seconds. */
const HANGS_AFTER_MS = 5000;
/** Calls that hang and do not stop the rest from being asked. Bun may have two threads only, and our files need one. */
const HANGING_MAX = 1;

/** Blocks of a file system, as statfs(2) has them. */
export interface BlockCounts {
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}

export type Statfs = (path: string) => Promise<BlockCounts>;

export interface Fullest {
  readonly mountPoint: string;
  /** As df(1) has it: used blocks of those that are used or can be had without being root. */
  readonly percent: number;
}

const log = logOf("host");

interface Question {
  readonly fileSystem: FileSystem;
  readonly sinceMs: number;
}

/**
 * Finds the fullest file system. statfs(2) does not return while a file server is gone, and each such call keeps one of
 * Bun's threads. So file systems are asked one after the other. One that has not answered after five seconds is left
 * alone until it does. Until then no other one is asked that may hang too.
 */
export class FileSystems {
  readonly #statfs: Statfs;
  #fileSystems: readonly FileSystem[] = [];
  #asked: Question | undefined;
  readonly #hanging = new Set<FileSystem>();
  /** The newest call of {@link fullest}. An older one whose answer comes late must not go on. */
  #round = 0;

  constructor(statfs: Statfs = systemStatfs) {
    this.#statfs = statfs;
  }

  /** The file systems to ask from now on. */
  set all(fileSystems: readonly FileSystem[]) {
    this.#fileSystems = fileSystems;
  }

  get count(): number {
    return this.#fileSystems.length;
  }

  /** Mount points that have been asked and do not answer. */
  get hanging(): readonly string[] {
    return [...this.#hanging].map(({ mountPoint }) => mountPoint);
  }

  /**
   * Asks all of them. Resolves to undefined when there is none, and at once while an earlier call has not resolved.
   * `nowMs` is monotonic. Never rejects. It waits as long as a file system hangs, so do not wait for it.
   */
  async fullest(nowMs: number): Promise<Fullest | undefined> {
    if (this.#asked !== undefined) {
      if (nowMs - this.#asked.sinceMs < HANGS_AFTER_MS) return undefined;
      this.#leaveAlone(this.#asked.fileSystem);
      this.#asked = undefined;
    }
    const round = ++this.#round;
    let fullest: Fullest | undefined;
    for (const fileSystem of this.#fileSystems) {
      if (this.#isLeftAlone(fileSystem)) continue;
      this.#asked = { fileSystem, sinceMs: nowMs };
      const percent = await this.#percentOf(fileSystem);
      if (this.#hanging.delete(fileSystem)) {
        log.info("A file system answers again", { mountPoint: fileSystem.mountPoint });
      }
      if (round !== this.#round) return undefined;
      this.#asked = undefined;
      if (percent !== undefined && percent > (fullest?.percent ?? -1)) {
        fullest = { mountPoint: fileSystem.mountPoint, percent };
      }
    }
    return fullest;
  }

  /** Undefined when it was unmounted, when we may not enter its folder, and when it has no size. */
  async #percentOf({ mountPoint }: FileSystem): Promise<number | undefined> {
    try {
      const { blocks, bfree, bavail } = await this.#statfs(mountPoint);
      const used = blocks - bfree;
      return used + bavail > 0 ? (100 * used) / (used + bavail) : undefined;
    } catch {
      return undefined;
    }
  }

  #leaveAlone(fileSystem: FileSystem): void {
    if (this.#hanging.has(fileSystem)) return;
    this.#hanging.add(fileSystem);
    log.warn("A file system does not answer; leaving it alone", { mountPoint: fileSystem.mountPoint });
  }

  #isLeftAlone({ mountPoint, mayHang }: FileSystem): boolean {
    if (this.#hanging.size === 0) return false;
    if (this.#hanging.size > HANGING_MAX) return true;
    const isReachedThrough = (hanging: string): boolean =>
      mountPoint === hanging || mountPoint.startsWith(hanging.endsWith("/") ? hanging : `${hanging}/`);
    return mayHang || this.hanging.some(isReachedThrough);
  }
}
