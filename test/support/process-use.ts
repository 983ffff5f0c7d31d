import { readdirSync, readFileSync } from "node:fs";

/** Of the clock in /proc, on every architecture that we build for. */
export const TICK_SECONDS = 0.01;

/** CPU seconds that the threads of a process have used that it has now, from the scheduler's own books, in ns. */
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

/** CPU seconds of a process, those of threads that have ended included, in steps of 10 ms (proc(5): utime and stime). */
export function wholeCpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
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
