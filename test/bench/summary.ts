import type { Measured } from "./measure.ts";

/** One target under one load, over all rounds: the median of each figure. */
export interface Summary extends Measured {
  readonly rounds: number;
  readonly leastRecordsPerSecond: number;
  readonly mostRecordsPerSecond: number;
  readonly leastCpuPercent: number;
  readonly mostCpuPercent: number;
}

/** One for each target and load, in the order in which they come first. */
export function summaries(rounds: readonly Measured[]): Summary[] {
  const groups = Map.groupBy(rounds, ({ workload, target }) => JSON.stringify([workload, target]));
  return [...groups.values()].map(summarize);
}

function summarize(rounds: readonly Measured[]): Summary {
  const [first] = rounds;
  if (first === undefined) throw new Error("Cannot summarize: nothing was measured");
  const of = (figure: (one: Measured) => number): number[] => rounds.map(figure);
  return {
    target: first.target,
    workload: first.workload,
    rounds: rounds.length,
    recordsPerSecond: median(of((one) => one.recordsPerSecond)),
    leastRecordsPerSecond: Math.min(...of((one) => one.recordsPerSecond)),
    mostRecordsPerSecond: Math.max(...of((one) => one.recordsPerSecond)),
    mbPerSecond: median(of((one) => one.mbPerSecond)),
    cpuSecondsPerGb: median(of((one) => one.cpuSecondsPerGb)),
    cpuPercent: median(of((one) => one.cpuPercent)),
    leastCpuPercent: Math.min(...of((one) => one.cpuPercent)),
    mostCpuPercent: Math.max(...of((one) => one.cpuPercent)),
    loadPercent: median(of((one) => one.loadPercent)),
    p50Ms: median(of((one) => one.p50Ms)),
    p99Ms: median(of((one) => one.p99Ms)),
    anonMib: median(of((one) => one.anonMib)),
    mappedMib: median(of((one) => one.mappedMib)),
    refusedPercent: median(of((one) => one.refusedPercent)),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower = Number.NaN, upper = Number.NaN] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (lower + upper) / 2;
}
