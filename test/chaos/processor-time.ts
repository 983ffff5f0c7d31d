import { readFileSync } from "node:fs";

/** Where the time of a process's main thread went since its start, in ms. */
export interface ProcessorTime {
  readonly ranMs: number;
  /** For a processor that others had. */
  readonly waitedMs: number;
}

/** Linux only. */
export function processorTime(pid: number): ProcessorTime {
  const [ranNs, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
  return { ranMs: Number(ranNs) / 1e6, waitedMs: Number(waitedNs) / 1e6 };
}

/** Whether the machine had so much other work that slow answers tell of it, and not of the process. */
export function isStarved({ ranMs, waitedMs }: ProcessorTime): boolean {
  return waitedMs > ranMs;
}

/** For people. */
export function processorWords({ ranMs, waitedMs }: ProcessorTime): string {
  return `the agent ran ${(ranMs / 1000).toFixed(1)} s and waited ${(waitedMs / 1000).toFixed(1)} s for a processor`;
}
