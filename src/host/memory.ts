import type { MemoryLimit } from "./container-limits.ts";
import { HostFile } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { METRICS, OF_CONTAINER, USED } from "./metrics.ts";
import type { Series } from "./series.ts";

const KIB = 1024;

const encoder = new TextEncoder();
const TOTAL = encoder.encode("MemTotal:");
const AVAILABLE = encoder.encode("MemAvailable:");
const INACTIVE_FILE = { 1: encoder.encode("total_inactive_file "), 2: encoder.encode("inactive_file ") };

/** How much of the memory is used: of the machine's, or of what a container may use when that is less. */
export class Memory {
  readonly #file: HostFile;
  readonly #used: Series;
  readonly #usedOfContainer: Series;
  #container: ContainerMemory | undefined;
  #machineBytes = 0;
  #percent = 0;

  constructor(root: string, batch: MetricsBatch) {
    this.#file = new HostFile(`${root}/proc/meminfo`);
    this.#used = batch.series(METRICS.memory, USED);
    this.#usedOfContainer = batch.series(METRICS.memory, { ...USED, ...OF_CONTAINER });
  }

  /** The limit by which the numbers are measured from now on. */
  set limit(limit: MemoryLimit | undefined) {
    if (limit?.cgroup === this.#container?.limit.cgroup && limit?.bytes === this.#container?.limit.bytes) return;
    this.#container?.close();
    this.#container = limit && new ContainerMemory(limit);
  }

  /** What the last reading has told: of the machine, or of what a container may use. */
  get percent(): number {
    return this.#percent;
  }

  /** All that the machine has; 0 before the first reading. */
  get machineBytes(): number {
    return this.#machineBytes;
  }

  /** Bytes that a container may use. Undefined when that is all that the machine has, and before the first reading. */
  get limitBytes(): number | undefined {
    const bytes = this.#container?.limit.bytes ?? Number.POSITIVE_INFINITY;
    return bytes < this.#machineBytes ? bytes : undefined;
  }

  /**
   * Used is what the kernel cannot give to a process that asks for memory: MemTotal less MemAvailable. That includes
   * the pages of a tmpfs and other shared memory, not the cache of files on disks. `timeMs` is Unix time. Throws when it
   * is unreadable.
   */
  read(timeMs: number): void {
    const scanner = this.#file.read();
    const total = scanner.numberOf(TOTAL);
    const available = scanner.numberOf(AVAILABLE);
    if (!(total > 0 && available >= 0)) {
      throw new Error(`Cannot find MemTotal and MemAvailable in "${this.#file.path}"`);
    }
    this.#machineBytes = total * KIB;
    if (this.#container !== undefined && this.limitBytes !== undefined) {
      this.#percent = this.#container.read();
      this.#usedOfContainer.add(timeMs, this.#percent);
    } else {
      this.#percent = (100 * Math.max(0, total - available)) / total;
      this.#used.add(timeMs, this.#percent);
    }
  }

  close(): void {
    this.#file.close();
    this.limit = undefined;
  }
}

class ContainerMemory {
  readonly limit: MemoryLimit;
  readonly #usage: HostFile;
  readonly #stat: HostFile;

  constructor(limit: MemoryLimit) {
    this.limit = limit;
    this.#usage = new HostFile(`${limit.cgroup}/${limit.version === 2 ? "memory.current" : "memory.usage_in_bytes"}`);
    this.#stat = new HostFile(`${limit.cgroup}/memory.stat`);
  }

  /**
   * Percent of the limit: what counts against it, less the cache of files that were not used for a while, which the
   * kernel takes back before it refuses memory. This is the rule of the kubelet ("working set") and of `docker stats`:
   * they show the same number.
   */
  read(): number {
    const usageBytes = this.#usage.read().next();
    const usedBytes = usageBytes - this.#stat.read().numberOf(INACTIVE_FILE[this.limit.version]);
    if (Number.isNaN(usedBytes)) throw new Error(`Cannot find the inactive files in "${this.#stat.path}"`);
    return Math.min(100, (100 * Math.max(0, usedBytes)) / this.limit.bytes);
  }

  close(): void {
    this.#usage.close();
    this.#stat.close();
  }
}
