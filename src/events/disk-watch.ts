import { EVENTS, type Report } from "./event.ts";

/** A file system that can fill up, as df(1) has it. */
export interface DiskSpace {
  readonly mountPoint: string;
  /** What can be had without being root. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Both must be so: a twentieth of a large disk is room enough, and a small disk that is half empty has no more than that. */
const LOW = { bytes: 2 ** 30, share: 0.05 };
/** To be well again takes half as much more, so that one that goes up and down at the limit is told of once. */
const WELL_FACTOR = 1.5;

/** Tells when a file system is nearly full, and when it has room again, each once. */
export class DiskWatch {
  readonly #report: Report;
  readonly #disks: () => readonly DiskSpace[];
  #low: ReadonlySet<string> = new Set();

  /** `disks` waits for nothing and never throws. */
  constructor(report: Report, disks: () => readonly DiskSpace[]) {
    this.#report = report;
    this.#disks = disks;
  }

  /** A file system that has been unmounted is forgotten. */
  tick(): void {
    let low: Set<string> | undefined;
    for (const disk of this.#disks()) {
      const wasLow = this.#low.has(disk.mountPoint);
      const isLow = isBelow(disk, wasLow ? WELL_FACTOR : 1);
      if (isLow) (low ??= new Set()).add(disk.mountPoint);
      if (isLow !== wasLow) this.#tell(disk, isLow);
    }
    this.#low = low ?? NONE;
  }

  #tell({ mountPoint, freeBytes, totalBytes }: DiskSpace, isLow: boolean): void {
    this.#report({
      kind: isLow ? EVENTS.diskNearlyFull : EVENTS.diskFreeAgain,
      text: isLow ? "A file system is nearly full" : "A file system that was nearly full has room again",
      attributes: {
        "system.filesystem.mountpoint": mountPoint,
        free_bytes: freeBytes,
        total_bytes: totalBytes,
      },
    });
  }
}

const NONE: ReadonlySet<string> = new Set();

function isBelow({ freeBytes, totalBytes }: DiskSpace, factor: number): boolean {
  return freeBytes < LOW.bytes * factor && freeBytes < totalBytes * LOW.share * factor;
}
