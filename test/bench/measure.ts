import { join } from "node:path";
import { TempDir } from "../support/temp-dir.ts";
import { httpRequest, type Workload } from "./bodies.ts";
import { runLoad } from "./load.ts";
import { cpuSecondsOf, memoryOf } from "./process-use.ts";
import type { Target } from "./targets.ts";

export interface LoadOptions {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly requestsPerSecond?: number;
}

/** One target under one load. Bytes are those of bodies before compression. */
export interface Measured {
  readonly target: string;
  readonly workload: string;
  readonly recordsPerSecond: number;
  readonly mbPerSecond: number;
  readonly cpuSecondsPerGb: number;
  /** Of one core. */
  readonly cpuPercent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly peakMib: number;
  /** The highest that was seen while measuring. */
  readonly anonMib: number;
  /** Of all answers. */
  readonly refusedPercent: number;
  readonly failed: number;
}

const MEMORY_EVERY_MS = 50;
const REFUSED_PAUSE_MS = 10;

export async function measure(target: Target, workload: Workload, options: LoadOptions): Promise<Measured> {
  await using directory = await TempDir.create("load");
  const requestFile = join(directory.path, "request");
  await Bun.write(requestFile, httpRequest(workload));
  let anonMib = 0;
  const sample = (): void => {
    anonMib = Math.max(anonMib, memoryOf(target.pid).anonMib);
    target.removeObjects();
  };
  let [cpuBefore, cpuAfter] = [0, 0];
  let sampler: NodeJS.Timeout | undefined;
  const report = await runLoad(
    { port: target.port, requestFile, refusedPauseMs: REFUSED_PAUSE_MS, ...options },
    () => {
      cpuBefore = cpuSecondsOf(target.pid);
      sampler = setInterval(sample, MEMORY_EVERY_MS);
    },
    () => {
      cpuAfter = cpuSecondsOf(target.pid);
      clearInterval(sampler);
    },
  );
  sample();
  const cpuSeconds = cpuAfter - cpuBefore;
  const bytes = report.accepted * workload.plainBytes;
  return {
    target: target.name,
    workload: workload.name,
    recordsPerSecond: (report.accepted * workload.records) / report.seconds,
    mbPerSecond: bytes / 1e6 / report.seconds,
    cpuSecondsPerGb: cpuSeconds / (bytes / 1e9),
    cpuPercent: (100 * cpuSeconds) / report.seconds,
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
    maxMs: report.maxMs,
    peakMib: memoryOf(target.pid).peakMib,
    anonMib,
    refusedPercent: (100 * report.refused) / Math.max(1, report.accepted + report.refused + report.failed),
    failed: report.failed,
  };
}
