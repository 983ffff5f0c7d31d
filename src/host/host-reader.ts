import type { Stats } from "../pipeline.ts";
import { containerLimits } from "./container-limits.ts";
import { Cpu } from "./cpu.ts";
import { FileSystems, type Statfs } from "./file-systems.ts";
import { Memory } from "./memory.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { METRICS, MOUNT_POINT } from "./metrics.ts";
import { MountTable } from "./mount-table.ts";
import { fileSystemsThatFill, type Mount } from "./mounts.ts";
import { interfaceNames, networkPorts } from "./network-ports.ts";
import { Network } from "./network.ts";
import type { Series } from "./series.ts";
import type { Sources } from "./sources.ts";

/** File systems fill slowly, and asking them costs more than the rest of a reading. */
const LOOK_EVERY_MS = 5000;
/**
 * Ports and limits are looked for again when the interfaces or mounts have changed. A change that shows in neither (of
 * the default route, of a container's limit) is noticed within a minute.
 */
const FIND_EVERY_MS = 60_000;
const DONE = Promise.resolve();

/** Reads the host's numbers into a batch. What cannot be read is told by {@link Sources}. */
export class HostReader {
  readonly #root: string;
  readonly #sources: Sources;
  readonly #batch: MetricsBatch;
  readonly #cpu: Cpu;
  readonly #memory: Memory;
  readonly #network: Network;
  readonly #mountTable: MountTable;
  readonly #fileSystems: FileSystems;
  #interfaces = "";
  #mounts: readonly Mount[] | undefined;
  #fullest: { readonly mountPoint: string; readonly series: Series } | undefined;
  #nowMs = 0;
  #timeMs = 0;
  #lookAtMs = Number.NEGATIVE_INFINITY;
  #findPortsAtMs = Number.NEGATIVE_INFINITY;
  #findLimitsAtMs = Number.NEGATIVE_INFINITY;

  /** `root` is what comes before `/proc` and `/sys`. */
  constructor(batch: MetricsBatch, sources: Sources, root: string, statfs?: Statfs) {
    this.#root = root;
    this.#sources = sources;
    this.#batch = batch;
    this.#cpu = new Cpu(root, batch);
    this.#memory = new Memory(root, batch);
    this.#network = new Network(root, batch);
    this.#mountTable = new MountTable(root);
    this.#fileSystems = new FileSystems(statfs);
  }

  /**
   * One reading. `nowMs` is monotonic, `timeMs` whole and in Unix time. All is in the batch when the call returns but the
   * fullest file system, if it was its turn: the promise resolves when that is. Never throws or rejects.
   */
  read(nowMs: number, timeMs: number): Promise<void> {
    this.#nowMs = nowMs;
    this.#timeMs = timeMs;
    const isTimeToLook = nowMs >= this.#lookAtMs;
    if (isTimeToLook) {
      this.#lookAtMs = nowMs + LOOK_EVERY_MS;
      this.#sources.attempt("network", this.#lookAtInterfaces);
      this.#sources.attempt("mounts", this.#lookAtMounts);
    }
    this.#sources.attempt("cpu", this.#readCpu);
    this.#sources.attempt("memory", this.#readMemory);
    this.#network.read(nowMs, timeMs);
    return isTimeToLook ? this.#readFileSystems(nowMs, timeMs) : DONE;
  }

  stats(): Stats {
    return {
      network_ports: this.#network.ports,
      file_systems: this.#fileSystems.count,
      hanging_mounts: this.#fileSystems.hanging,
      container_memory_bytes: this.#memory.limitBytes ?? null,
      container_cores: this.#cpu.limitCores ?? null,
    };
  }

  /** Gives the files back. Nothing may be read afterwards. */
  close(): void {
    this.#cpu.close();
    this.#memory.close();
    this.#network.close();
    this.#mountTable.close();
  }

  // Made once, since a function made at every reading would be garbage at every reading.
  readonly #readCpu = (): void => this.#cpu.read(this.#nowMs, this.#timeMs);
  readonly #readMemory = (): void => this.#memory.read(this.#timeMs);
  readonly #lookAtInterfaces = (): void => {
    const interfaces = interfaceNames(this.#root).join("/");
    if (interfaces === this.#interfaces && this.#nowMs < this.#findPortsAtMs) return;
    this.#network.use(networkPorts(this.#root));
    this.#interfaces = interfaces;
    this.#findPortsAtMs = this.#nowMs + FIND_EVERY_MS;
  };
  readonly #lookAtMounts = (): void => {
    const mounts = this.#mountTable.read();
    if (mounts === this.#mounts && this.#nowMs < this.#findLimitsAtMs) return;
    this.#mounts = mounts;
    this.#findLimitsAtMs = this.#nowMs + FIND_EVERY_MS;
    this.#fileSystems.all = fileSystemsThatFill(mounts);
    const { cpu, memory } = containerLimits(this.#root, mounts);
    this.#cpu.limit = cpu;
    this.#memory.limit = memory;
  };

  async #readFileSystems(nowMs: number, timeMs: number): Promise<void> {
    const fullest = await this.#fileSystems.fullest(nowMs);
    if (fullest === undefined) return;
    const { mountPoint, percent } = fullest;
    if (this.#fullest?.mountPoint !== mountPoint) {
      this.#fullest?.series.end();
      this.#fullest = { mountPoint, series: this.#batch.series(METRICS.fileSystem, { [MOUNT_POINT]: mountPoint }) };
    }
    this.#fullest.series.add(timeMs, percent);
  }
}
