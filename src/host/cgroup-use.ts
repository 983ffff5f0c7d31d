import { existsSync } from "node:fs";
import { HostFile } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { MEMORY_USED, METRICS, SCOPES } from "./metrics.ts";
import { Pressure } from "./pressure.ts";
import type { Series } from "./series.ts";
import type { WorkerCgroup } from "./worker-cgroup.ts";

const US_PER_MS = 1000;

const encoder = new TextEncoder();
const INACTIVE_FILE = encoder.encode("inactive_file ");
const ACTIVE_FILE = encoder.encode("active_file ");
const OOM_KILL = encoder.encode("oom_kill ");
const THROTTLED = encoder.encode("throttled_usec ");

/** Memory, CPU and pressure of one cgroup of version 2. */
export class CgroupUse {
  readonly #pressure: Pressure | undefined;
  readonly #memory: MemoryUse | undefined;
  readonly #cpu: CpuUse;

  constructor(cgroup: WorkerCgroup, batch: MetricsBatch) {
    const pathOf = (resource: string): string => `${cgroup.folder}/${resource}.pressure`;
    // A machine without pressure has none for cgroups; the machine's says so.
    this.#pressure = existsSync(pathOf("cpu"))
      ? new Pressure({ scope: SCOPES.cgroup, pathOf, isMachine: false }, batch)
      : undefined;
    this.#memory =
      cgroup.memoryFolder === undefined
        ? undefined
        : new MemoryUse(cgroup.memoryFolder, cgroup.memory?.bytes ?? Number.POSITIVE_INFINITY, batch);
    const limit = cgroup.cpu;
    this.#cpu = new CpuUse(
      limit?.usageFile ?? `${cgroup.folder}/cpu.stat`,
      limit?.cores ?? Number.POSITIVE_INFINITY,
      batch,
    );
  }

  /**
   * A limit that is no smaller than what the machine has is not told. `nowMs` is monotonic, `timeMs` Unix time. Throws
   * when the cgroup is gone.
   */
  read(nowMs: number, timeMs: number, machineBytes: number, machineCores: number): void {
    this.#pressure?.read(nowMs, timeMs);
    this.#memory?.read(timeMs, machineBytes);
    this.#cpu.read(nowMs, timeMs, machineCores);
  }

  /** What was read goes with the next line. Nothing may be read afterwards. */
  close(): void {
    this.#pressure?.close();
    this.#memory?.close();
    this.#cpu.close();
  }
}

class MemoryUse {
  readonly #limitBytes: number;
  readonly #current: HostFile;
  readonly #stat: HostFile;
  readonly #events: HostFile;
  readonly #usage: Series;
  readonly #limit: Series;
  readonly #oomKills: Series;

  constructor(folder: string, limitBytes: number, batch: MetricsBatch) {
    this.#limitBytes = limitBytes;
    this.#current = new HostFile(`${folder}/memory.current`);
    this.#stat = new HostFile(`${folder}/memory.stat`);
    this.#events = new HostFile(`${folder}/memory.events`);
    this.#usage = batch.series(METRICS.memoryUsage, { ...MEMORY_USED, ...SCOPES.cgroup });
    this.#limit = batch.series(METRICS.memoryLimit, SCOPES.cgroup);
    this.#oomKills = batch.series(METRICS.oomKills, SCOPES.cgroup);
  }

  /**
   * In use is what counts against the limit, less the cache of files: the kernel takes that back before it kills. Pages
   * of a tmpfs stay in. (The kubelet's "working set" leaves the active part of the cache in.)
   */
  read(timeMs: number, machineBytes: number): void {
    const currentBytes = this.#current.read().next();
    const stat = this.#stat.read();
    // In the order of the file.
    const cacheBytes = stat.numberOf(INACTIVE_FILE) + stat.numberOf(ACTIVE_FILE);
    if (Number.isNaN(currentBytes + cacheBytes)) throw new Error(`Cannot find the file cache in "${this.#stat.path}"`);
    this.#usage.add(timeMs, Math.max(0, currentBytes - cacheBytes));
    if (this.#limitBytes < machineBytes) this.#limit.add(timeMs, this.#limitBytes);
    const kills = this.#events.read().numberOf(OOM_KILL);
    if (!Number.isNaN(kills)) this.#oomKills.add(timeMs, kills);
  }

  close(): void {
    for (const file of [this.#current, this.#stat, this.#events]) file.close();
    for (const series of [this.#usage, this.#limit, this.#oomKills]) series.end();
  }
}

class CpuUse {
  readonly #cores: number;
  readonly #stat: HostFile;
  readonly #usage: Series;
  readonly #limit: Series;
  readonly #throttled: Series;
  #lastUs = Number.NaN;
  #lastThrottledUs = Number.NaN;
  #lastAtMs = 0;

  constructor(statFile: string, cores: number, batch: MetricsBatch) {
    this.#cores = cores;
    this.#stat = new HostFile(statFile);
    this.#usage = batch.series(METRICS.cpuUsage, SCOPES.cgroup);
    this.#limit = batch.series(METRICS.cpuLimit, SCOPES.cgroup);
    this.#throttled = batch.series(METRICS.cpuThrottled, SCOPES.cgroup);
  }

  /** The kernel counts throttled time for each core apart, so the mean of cores says it whole. */
  read(nowMs: number, timeMs: number, machineCores: number): void {
    const stat = this.#stat.read();
    // The first number is usage_usec.
    const usedUs = stat.next();
    const throttledUs = stat.numberOf(THROTTLED);
    const passedUs = (nowMs - this.#lastAtMs) * US_PER_MS;
    const used = (usedUs - this.#lastUs) / passedUs;
    const throttled = (throttledUs - this.#lastThrottledUs) / passedUs;
    [this.#lastUs, this.#lastThrottledUs, this.#lastAtMs] = [usedUs, throttledUs, nowMs];
    if (passedUs > 0 && used >= 0) this.#usage.add(timeMs, used);
    if (this.#cores >= machineCores) return;
    this.#limit.add(timeMs, this.#cores);
    if (passedUs > 0 && throttled >= 0) this.#throttled.add(timeMs, throttled);
  }

  close(): void {
    this.#stat.close();
    for (const series of [this.#usage, this.#limit, this.#throttled]) series.end();
  }
}
