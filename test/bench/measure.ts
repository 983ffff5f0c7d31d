import { TempDir } from "../support/temp-dir.ts";
import type { Workload } from "./bodies.ts";
import { runLoad } from "./load.ts";
import { cpuSecondsOf, memoryOf } from "../support/process-use.ts";
import { writeRequests } from "./request-file.ts";
import type { Target } from "./targets.ts";

export interface LoadOptions {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly requestsPerSecond?: number;
}

/** One target under one load, once. Bytes are those of bodies before compression. */
export interface Measured {
  readonly target: string;
  readonly workload: string;
  readonly recordsPerSecond: number;
  readonly mbPerSecond: number;
  readonly cpuSecondsPerGb: number;
  /** Of one core. */
  readonly cpuPercent: number;
  /** Of the load generator's core. */
  readonly loadPercent: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The highest that were seen while measuring. */
  readonly anonMib: number;
  readonly mappedMib: number;
  /** Of all answers. */
  readonly refusedPercent: number;
  readonly failed: number;
}

const MEMORY_EVERY_MS = 50;
export const REFUSED_PAUSE_MS = 10;

/** A workload written down for the generator; `using` removes the file. */
export class Load implements Disposable {
  readonly workload: Workload;
  readonly #directory: TempDir;

  private constructor(workload: Workload, directory: TempDir) {
    this.workload = workload;
    this.#directory = directory;
  }

  static async create(workload: Workload): Promise<Load> {
    const load = new Load(workload, await TempDir.create("load"));
    await writeRequests(load.file, workload);
    return load;
  }

  get file(): string {
    return this.#directory.file("requests");
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

export async function measure(target: Target, load: Load, options: LoadOptions): Promise<Measured> {
  const { workload } = load;
  let [anonMib, mappedMib, cpuBefore, cpuAfter] = [0, 0, 0, 0];
  const look = (): void => {
    const memory = memoryOf(target.pid);
    anonMib = Math.max(anonMib, memory.anonMib);
    mappedMib = Math.max(mappedMib, memory.mappedMib);
  };
  let looking: NodeJS.Timeout | undefined;
  const report = await runLoad(
    { port: target.port, requestFile: load.file, refusedPauseMs: REFUSED_PAUSE_MS, ...options },
    () => {
      cpuBefore = cpuSecondsOf(target.pid);
      looking = setInterval(look, MEMORY_EVERY_MS);
    },
    () => {
      cpuAfter = cpuSecondsOf(target.pid);
      clearInterval(looking);
      look();
    },
  );
  const cpuSeconds = cpuAfter - cpuBefore;
  const bytes = report.accepted * workload.plainBytes;
  return {
    target: target.name,
    workload: workload.name,
    recordsPerSecond: (report.accepted * workload.records) / report.seconds,
    mbPerSecond: bytes / 1e6 / report.seconds,
    cpuSecondsPerGb: cpuSeconds / (bytes / 1e9),
    cpuPercent: (100 * cpuSeconds) / report.seconds,
    loadPercent: report.cpuPercent,
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
    anonMib,
    mappedMib,
    refusedPercent: (100 * report.refused) / Math.max(1, report.accepted + report.refused + report.failed),
    failed: report.failed,
  };
}
