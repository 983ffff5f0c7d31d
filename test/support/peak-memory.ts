import { readFileSync } from "node:fs";

/** The largest resident set of a process so far, in bytes. Linux only. */
export function peakBytes(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** What a process has in memory of its ring files, in bytes; those that were deleted do not count. Linux only. */
export function ringBytes(pid: number): number {
  let isRing = false;
  let kilobytes = 0;
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    // A mapping begins with its addresses and ends its first line with the file.
    if (/^[0-9a-f]+-/.test(line)) isRing = line.endsWith(".ring");
    else if (isRing && line.startsWith("Rss:")) kilobytes += Number(/\d+/.exec(line)?.[0]);
  }
  return kilobytes * 1024;
}

/** What a process has in memory of its own program and libraries, in bytes: the kernel takes it back when it needs memory. */
export function programBytes(pid: number): number {
  const [, kilobytes] = /^RssFile:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024 - ringBytes(pid);
}

/** For people. */
export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
