import { readFileSync } from "node:fs";

/** The entry of the auxiliary vector that has it (getauxval(3)). */
const AT_PAGESZ = 6n;
const ENTRY_BYTES = 16;
/** On x86 always, on ARM mostly. */
const USUAL_BYTES = 4096;

/** Bytes of a page of memory, as the kernel has told this process. `root` is what comes before `/proc`. */
export function pageBytes(root: string): number {
  let vector: Buffer;
  try {
    vector = readFileSync(`${root}/proc/self/auxv`);
  } catch {
    return USUAL_BYTES;
  }
  for (let at = 0; at + ENTRY_BYTES <= vector.length; at += ENTRY_BYTES) {
    if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  }
  return USUAL_BYTES;
}
