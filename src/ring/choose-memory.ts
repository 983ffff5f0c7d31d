import { statfsSync } from "node:fs";
import { isGlibcLinux } from "../lib/libc.ts";
import type { RingMemory } from "./ring-memory.ts";

/**
 * File systems on which an allocated block stays allocated: ext2 to ext4, xfs, tmpfs (the magic numbers of statfs(2)).
 * On btrfs, overlay and network file systems a store into a mapped page may still need space that is not there.
 */
const MAPPABLE_FILE_SYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x01021994]);

/**
 * Mapped where that is safe. Written through everywhere else, and in the run after a crash with mapped rings
 * (`mayHaveCrashed`), because the mapping may have been the cause.
 */
export function chooseMemory(directory: string, mayHaveCrashed: boolean): RingMemory["kind"] {
  if (mayHaveCrashed) return "written";
  if (!isGlibcLinux()) return "written";
  return MAPPABLE_FILE_SYSTEMS.has(statfsSync(directory).type) ? "mapped" : "written";
}
