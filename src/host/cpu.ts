import type { CpuLimit } from "./container-limits.ts";
import { CpuTimes } from "./cpu-times.ts";
import { HostFile } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { METRICS, OF_CONTAINER, SCOPES } from "./metrics.ts";
import type { Series } from "./series.ts";

const US_PER_MS = 1000;
const NS_PER_MS = 1_000_000;

/** How busy the CPU is: the machine's cores, or as much of them as a container may use when that is less. */
export class Cpu {
  readonly #times: CpuTimes;
  readonly #busy: Series;
  readonly #busiestCore: Series;
  readonly #iowait: Series;
  readonly #steal: Series;
  readonly #busyOfContainer: Series;
  readonly #runQueue: Series;
  #container: ContainerCpu | undefined;

  constructor(root: string, batch: MetricsBatch) {
    this.#times = new CpuTimes(root);
    this.#busy = batch.series(METRICS.cpu);
    this.#busiestCore = batch.series(METRICS.busiestCore);
    this.#iowait = batch.series(METRICS.iowait);
    this.#steal = batch.series(METRICS.steal);
    this.#busyOfContainer = batch.series(METRICS.cpu, OF_CONTAINER);
    this.#runQueue = batch.series(METRICS.runQueue, SCOPES.host);
  }

  /** The limit by which the numbers are measured from now on. */
  set limit(limit: CpuLimit | undefined) {
    if (limit?.usageFile === this.#container?.limit.usageFile && limit?.cores === this.#container?.limit.cores) return;
    this.#container?.close();
    this.#container = limit && new ContainerCpu(limit);
  }

  /** Of the machine, online; 0 before the first reading. */
  get machineCores(): number {
    return this.#times.cores;
  }

  /** Cores that a container may use. Undefined when these are all of the machine's, and before the first reading. */
  get limitCores(): number | undefined {
    const cores = this.#container?.limit.cores ?? Number.POSITIVE_INFINITY;
    return cores < this.#times.cores ? cores : undefined;
  }

  /**
   * Shares since the last reading, so none at the first one. A limited container has the busy share only: the kernel
   * tells the rest for the whole machine, neighbours included. The run queue is the machine's, and says so. `nowMs` is monotonic, `timeMs` Unix time. Throws when it
   * is unreadable.
   */
  read(nowMs: number, timeMs: number): void {
    const hasPassed = this.#times.read();
    const { running, cores } = this.#times;
    // The thread that reads runs.
    if (running >= 1) this.#runQueue.add(timeMs, (running - 1) / cores);
    if (this.#container !== undefined && this.limitCores !== undefined) {
      const percent = this.#container.read(nowMs);
      if (!Number.isNaN(percent)) this.#busyOfContainer.add(timeMs, percent);
    } else if (hasPassed) {
      this.#busy.add(timeMs, this.#times.busy);
      this.#busiestCore.add(timeMs, this.#times.busiestCore);
      this.#iowait.add(timeMs, this.#times.iowait);
      this.#steal.add(timeMs, this.#times.steal);
    }
  }

  close(): void {
    this.#times.close();
    this.limit = undefined;
  }
}

class ContainerCpu {
  readonly limit: CpuLimit;
  readonly #usage: HostFile;
  #lastCpuMs = Number.NaN;
  #lastAtMs = 0;

  constructor(limit: CpuLimit) {
    this.limit = limit;
    this.#usage = new HostFile(limit.usageFile);
  }

  /** Percent of what it may use, since the last reading; NaN at the first one. */
  read(nowMs: number): number {
    // The first number of cpu.stat is usage_usec; cpuacct.usage has only one.
    const cpuMs = this.#usage.read().next() / (this.limit.version === 2 ? US_PER_MS : NS_PER_MS);
    if (Number.isNaN(cpuMs)) throw new Error(`Cannot find the CPU time in "${this.#usage.path}"`);
    const usedMs = cpuMs - this.#lastCpuMs;
    const usableMs = (nowMs - this.#lastAtMs) * this.limit.cores;
    this.#lastCpuMs = cpuMs;
    this.#lastAtMs = nowMs;
    if (usableMs <= 0) return Number.NaN;
    // A container that saved up its quota may go above the limit for a moment.
    return Math.min(100, (100 * Math.max(0, usedMs)) / usableMs);
  }

  close(): void {
    this.#usage.close();
  }
}
