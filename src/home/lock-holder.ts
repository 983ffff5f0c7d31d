import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LOCK_FILE } from "./home.ts";

/** Who holds the lock of a home, as the kernel tells everybody (proc_locks(5)). */
export type LockHolder =
  /** `pid` is 0 for a process of another namespace. */
  | { readonly kind: "held"; readonly pid: number }
  | { readonly kind: "free" }
  /** There is no such file, it may not be looked at, or the system does not tell. */
  | { readonly kind: "unknown" };

/** Looks who holds the home at `path`, without taking the lock. */
export function lockHolder(path: string): LockHolder {
  try {
    const { ino } = statSync(join(path, LOCK_FILE));
    const locks = readFileSync("/proc/locks", "utf8").split("\n");
    const held = locks.map((line) => line.trim().split(/\s+/)).find((fields) => isFlockOf(ino, fields));
    return held === undefined ? { kind: "free" } : { kind: "held", pid: Number(held[4]) };
  } catch {
    return { kind: "unknown" };
  }
}

/** `1: FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF`. The device is written in more than one way, so the inode must do. */
function isFlockOf(inode: number, [, kind, , , , file = ""]: readonly string[]): boolean {
  return kind === "FLOCK" && file.endsWith(`:${inode}`);
}
