import { logOf } from "../lib/log.ts";
import type { FileSystem } from "./mounts.ts";
import { type BlockCounts, type Statfs, SYSTEM_STATFS } from "./statfs.ts";

/** A file system over a network answers in milliseconds, on a machine at its limit in seconds. */
const HANGS_AFTER_MS = 5000;

const log = logOf("host");

/**
 * Finds the fullest file system. A local one answers from memory, in microseconds. One that may hang is asked by a thread
 * of Bun's and its last answer counts, because statfs(2) does not return while a file server is gone. Such calls keep
 * their thread, and Bun may have two only. So those file systems are asked one after the other: there is one call at
 * most that waits.
 */
export class FileSystems {
  readonly #statfs: Statfs;
  #local: readonly string[] = [];
  #remote: readonly string[] = [];
  readonly #remoteCounts = new Map<string, BlockCounts>();
  #asked: string | undefined;
  #askedAtMs = 0;
  #isHanging = false;
  #mountPoint = "";
  #percent = 0;
  #counts: BlockCounts = { frsize: 0, blocks: 0, bfree: 0, bavail: 0 };

  constructor(statfs: Statfs = SYSTEM_STATFS) {
    this.#statfs = statfs;
  }

  /** The file systems to ask from now on. */
  set all(fileSystems: readonly FileSystem[]) {
    const mountPoints = (mayHang: boolean): readonly string[] =>
      fileSystems.filter((fileSystem) => fileSystem.mayHang === mayHang).map(({ mountPoint }) => mountPoint);
    this.#local = mountPoints(false);
    this.#remote = mountPoints(true);
    for (const mountPoint of this.#remoteCounts.keys()) {
      if (!this.#remote.includes(mountPoint)) this.#remoteCounts.delete(mountPoint);
    }
  }

  get count(): number {
    return this.#local.length + this.#remote.length;
  }

  /** The mount point that does not answer; then none of those that may hang are known. */
  get hanging(): string | undefined {
    return this.#isHanging ? this.#asked : undefined;
  }

  /** Mount point of the fullest, after {@link read} returned true. */
  get mountPoint(): string {
    return this.#mountPoint;
  }

  /** How full that is, as df(1) has it: used blocks of those that are used or can be had without being root. */
  get percent(): number {
    return this.#percent;
  }

  /** Bytes of it in use. */
  get usedBytes(): number {
    return (this.#counts.blocks - this.#counts.bfree) * this.#counts.frsize;
  }

  /** Bytes of it that can be had without being root. */
  get freeBytes(): number {
    return this.#counts.bavail * this.#counts.frsize;
  }

  /** Looks for the fullest, the first of equals. False when there is none. Never throws, and waits for nothing. */
  read(): boolean {
    this.#percent = -1;
    for (const mountPoint of this.#local) this.#compare(mountPoint, this.#countsNow(mountPoint));
    for (const [mountPoint, counts] of this.#remoteCounts) this.#compare(mountPoint, counts);
    return this.#percent >= 0;
  }

  /**
   * Asks those that may hang; {@link read} uses their answers from now on. Resolves when all have answered, and at once
   * while an earlier call waits: do not wait for it. `nowMs` is monotonic. Never rejects.
   */
  async askRemote(nowMs: number): Promise<void> {
    if (this.#asked !== undefined) {
      if (!this.#isHanging && nowMs - this.#askedAtMs >= HANGS_AFTER_MS) this.#leaveAlone(this.#asked);
      return;
    }
    for (const mountPoint of this.#remote) {
      this.#asked = mountPoint;
      this.#askedAtMs = nowMs;
      const counts = await this.#countsLater(mountPoint);
      if (this.#isHanging) log.info("A file system answers again", { mountPoint });
      this.#isHanging = false;
      if (counts !== undefined && this.#remote.includes(mountPoint)) this.#remoteCounts.set(mountPoint, counts);
      else this.#remoteCounts.delete(mountPoint);
    }
    this.#asked = undefined;
  }

  #compare(mountPoint: string, counts: BlockCounts | undefined): void {
    const percent = counts === undefined ? -1 : percentOf(counts);
    if (counts === undefined || percent <= this.#percent) return;
    this.#mountPoint = mountPoint;
    this.#percent = percent;
    this.#counts = counts;
  }

  #leaveAlone(mountPoint: string): void {
    this.#isHanging = true;
    this.#remoteCounts.clear();
    log.warn("A file system does not answer; leaving all alone that may hang until it does", { mountPoint });
  }

  #countsNow(mountPoint: string): BlockCounts | undefined {
    try {
      return this.#statfs.now(mountPoint);
    } catch {
      // It was unmounted, or we may not enter its folder. The next look at the mounts tells.
      this.#local = this.#local.filter((other) => other !== mountPoint);
      return undefined;
    }
  }

  async #countsLater(mountPoint: string): Promise<BlockCounts | undefined> {
    try {
      return await this.#statfs.later(mountPoint);
    } catch {
      return undefined;
    }
  }
}

/** -1 for a file system without a size. */
function percentOf({ blocks, bfree, bavail }: BlockCounts): number {
  const used = blocks - bfree;
  return used + bavail > 0 ? (100 * used) / (used + bavail) : -1;
}
