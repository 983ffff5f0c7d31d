import { dlopen, FFIType } from "bun:ffi";
import { readFileSync, readlinkSync } from "node:fs";

/** By then what runs only once has run. */
const AFTER_START_MS = 3000;
const MADV_DONTNEED = 4;

/**
 * Gives the pages of the program's own code back to the kernel, once, `afterMs` from now (default 3 s): a third of those
 * that the start has brought in are never needed again, 12 MiB. The others come back as they are, from the page cache.
 * Linux with glibc; elsewhere nothing happens. The process may end before.
 */
export function releaseProgramPages(afterMs: number = AFTER_START_MS): void {
  if (process.platform !== "linux") return;
  setTimeout(() => {
    try {
      release();
    } catch {
      // No glibc, or no /proc: then they stay.
    }
  }, afterMs).unref();
}

function release(): void {
  const libc = dlopen("libc.so.6", {
    madvise: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
  });
  for (const { from, to } of codeOf(readlinkSync("/proc/self/exe"))) {
    libc.symbols.madvise(from, to - from, MADV_DONTNEED);
  }
  libc.close();
}

/** Where its code is mapped. Nobody writes there, so the file has every page of it. */
function codeOf(program: string): { readonly from: number; readonly to: number }[] {
  return readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.endsWith(` ${program}`) && / r-xp /.test(line))
    .map((line) => {
      const [from = "", to = ""] = line.split(" ", 1).join().split("-");
      return { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) };
    });
}
