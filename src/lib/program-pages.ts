import { readFileSync, readlinkSync } from "node:fs";
import { releasePages } from "./libc.ts";

/** By then the code that runs only once has run. */
const AFTER_START_MS = 3000;

/**
 * Gives the pages of the program's own code back to the kernel, once, `afterMs` from now (default 3 s). Most of the pages
 * that the start has loaded are never needed again: 25 MiB. The others are loaded again from the page cache. Linux with
 * glibc; elsewhere nothing happens. The process may end before.
 */
export function releaseProgramPages(afterMs: number = AFTER_START_MS): void {
  if (process.platform !== "linux") return;
  setTimeout(() => {
    try {
      release();
    } catch {
      // Without /proc the pages stay.
    }
  }, afterMs).unref();
}

function release(): void {
  for (const { from, to } of unchangedCode(readlinkSync("/proc/self/exe"))) releasePages(from, to - from);
}

/** The mapped code of `program` that equals the file: mapped read-only, and changed by no debugger (proc(5)). */
function unchangedCode(program: string): { readonly from: number; readonly to: number }[] {
  const mappings = readFileSync("/proc/self/smaps", "utf8").split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return mappings.flatMap((mapping) => {
    const [, from, to, access, path] = /^(\w+)-(\w+) (\S+) \S+ \S+ \d+ +(.*)/.exec(mapping) ?? [];
    const isUnchangedCode = access === "r-xp" && path === program && /^Anonymous: +0 kB$/m.test(mapping);
    return isUnchangedCode ? [{ from: Number.parseInt(from ?? "", 16), to: Number.parseInt(to ?? "", 16) }] : [];
  });
}
