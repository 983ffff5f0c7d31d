import { readdirSync, readFileSync } from "node:fs";

/** CPU seconds that a process has used, all its threads, from the scheduler's own books (ns; ticks are 10 ms). */
export function cpuSecondsOf(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 1).join());
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return ns / 1e9;
}

export interface Memory {
  /** Nobody else can use it, and nothing but swap takes it away. */
  readonly anonMib: number;
  /** Pages of files: the executable, its libraries, mapped rings. The kernel takes them back when it needs memory. */
  readonly mappedMib: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { anonMib: mib("RssAnon"), mappedMib: mib("RssFile") + mib("RssShmem") };
}
