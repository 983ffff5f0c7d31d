import { statfsSync } from "node:fs";
import { MountTable } from "./mount-table.ts";
import { fileSystemsThatFill, type Mount } from "./mounts.ts";

/** With the shortest mount points first. A job that may mount could make thousands, each a system call. */
const FILE_SYSTEMS_MAX = 64;

/** What a file system has left, as df(1) has it. */
export interface FreeSpace {
  readonly mountPoint: string;
  /** What can be had without being root. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** What statfs(2) says of the file system at a path. */
export type StatfsBytes = (path: string) => {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
};

/** The room on the local file systems that a job can fill. Those that may hang are left out: nobody may wait for them. */
export class FreeSpaces {
  readonly #table: MountTable;
  readonly #statfs: StatfsBytes;
  #mounts: readonly Mount[] | undefined;
  #mountPoints: readonly string[] = [];

  /** `root` is what comes before `/proc`. */
  constructor(root = "", statfs: StatfsBytes = (path) => statfsSync(path)) {
    this.#table = new MountTable(root);
    this.#statfs = statfs;
  }

  /** All of them now; one that does not answer is left out. Never throws, waits for nothing. */
  read(): readonly FreeSpace[] {
    this.#lookAtMounts();
    return this.#mountPoints.flatMap((mountPoint) => {
      try {
        const { bsize, blocks, bavail } = this.#statfs(mountPoint);
        return blocks === 0 ? [] : [{ mountPoint, freeBytes: bavail * bsize, totalBytes: blocks * bsize }];
      } catch {
        return [];
      }
    });
  }

  /** Gives the file back; the next reading opens it again. */
  close(): void {
    this.#table.close();
  }

  #lookAtMounts(): void {
    try {
      const mounts = this.#table.read();
      if (mounts === this.#mounts) return;
      this.#mounts = mounts;
      const all = fileSystemsThatFill(mounts).flatMap(({ mountPoint, mayHang }) => (mayHang ? [] : [mountPoint]));
      this.#mountPoints = all.slice(0, FILE_SYSTEMS_MAX);
    } catch {
      this.#mounts = undefined;
      this.#mountPoints = [];
    }
  }
}
