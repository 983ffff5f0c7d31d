import { statfsSync } from "node:fs";
import { statfs } from "node:fs/promises";

/** Blocks of a file system, as statfs(2) has them. */
export interface BlockCounts {
  /** Bytes of a block. */
  readonly frsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
}

/** Two ways to ask a file system at a path: one that waits for the answer, and one that does not. */
export interface Statfs {
  now(path: string): BlockCounts;
  later(path: string): Promise<BlockCounts>;
}

/** That of this machine. */
export const SYSTEM_STATFS: Statfs = { now: statfsSync, later: statfs };
