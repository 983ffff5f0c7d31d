import type { Measured } from "./measure.ts";
import type { Summary } from "./summary.ts";
import { markdownTable } from "../support/markdown-table.ts";

const HEAD = [
  "what is sent",
  "to",
  "thousand records/s",
  "least",
  "most",
  "MB/s",
  "CPU s/GB",
  "p50 ms",
  "p99 ms",
  "anon MiB",
  "mapped MiB",
  "refused %",
  "failed",
  "load CPU %",
] as const;

/** What could not be measured on this machine. */
export interface Unmeasured {
  readonly workload: string;
  readonly target: string;
  readonly isUnmeasured: true;
}

/** One row a target under a load, the same columns wherever loads are measured. */
export function measuredTable(rows: readonly (Summary | Unmeasured)[]): string {
  return markdownTable(HEAD, rows.map(cells));
}

/** For people who wait. */
export function measuredWords({ workload, target, recordsPerSecond }: Measured): string {
  return `${workload} · ${target}: ${thousands(recordsPerSecond)} thousand records/s`;
}

function cells(one: Summary | Unmeasured): string[] {
  if ("isUnmeasured" in one) return [one.workload, one.target, "not measured", ...HEAD.slice(3).map(() => "")];
  return [
    one.workload,
    one.target,
    thousands(one.recordsPerSecond),
    thousands(one.leastRecordsPerSecond),
    thousands(one.mostRecordsPerSecond),
    one.mbPerSecond.toFixed(0),
    one.cpuSecondsPerGb.toFixed(2),
    one.p50Ms.toFixed(2),
    one.p99Ms.toFixed(2),
    one.anonMib.toFixed(0),
    one.mappedMib.toFixed(0),
    one.refusedPercent.toFixed(1),
    String(one.failed),
    one.loadPercent.toFixed(0),
  ];
}

function thousands(count: number): string {
  return (count / 1000).toFixed(count < 100_000 ? 1 : 0);
}
