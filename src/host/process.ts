import type { RunningStep } from "../job-pipeline.ts";

/** A process of which the table knows. Only `process-table.ts` and `job-processes.ts` write into it. */
export interface Process {
  readonly pid: number;
  /** Text of whoever runs it, never to be trusted. */
  name: string;
  parentPid: number;
  /** Since the start of the machine; with the pid it tells a process from all others. */
  readonly startedMs: number;
  cpuMs: number;
  /** CPU time between the last two scans. */
  spentMs: number;
  childrenMs: number;
  residentPages: number;
  /** The last scan that has seen it. */
  scan: number;
  /** The last scan that has read its files: since then it has used no CPU time, so that they say the same. */
  readAtScan: number;
  isOfJob: boolean;
  /** It began while several steps were running. */
  isOfSeveral: boolean;
  step: RunningStep | undefined;
}
