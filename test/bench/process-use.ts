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
  readonly rssMib: number;
  /** What is not backed by a file: neither the executable nor a mapped ring. */
  readonly anonMib: number;
  /** The highest RSS of its life. */
  readonly peakMib: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { rssMib: mib("VmRSS"), anonMib: mib("RssAnon"), peakMib: mib("VmHWM") };
}
