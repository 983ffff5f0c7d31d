import type { HostStats } from "../stats/agent-stats.ts";
import { containerLimits } from "./container-limits.ts";
import { Cpu } from "./cpu.ts";
import { FileSystems } from "./file-systems.ts";
import { FullestFileSystem } from "./fullest-file-system.ts";
import { MachineScope } from "./machine-scope.ts";
import { Memory } from "./memory.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { METRICS, SCOPES } from "./metrics.ts";
import { MountTable } from "./mount-table.ts";
import { fileSystemsThatFill, type Mount } from "./mounts.ts";
import { interfaceNames, networkPorts } from "./network-ports.ts";
import { Network } from "./network.ts";
import { Notices } from "./notices.ts";
import type { Series } from "./series.ts";
import type { Sources } from "./sources.ts";
import type { Statfs } from "./statfs.ts";
import { WorkerScope } from "./worker-scope.ts";

/** Mounts and interfaces change seldom, and looking for changes costs more than the rest of a reading. */
const LOOK_EVERY_MS = 5000;
/**
 * Ports and limits are looked for again when the interfaces or mounts have changed. A change that shows in neither (of
 * the default route, of a container's limit) is noticed within a minute.
 */
const FIND_EVERY_MS = 60_000;

export interface HostReaderOptions {
  /** What comes before `/proc` and `/sys`. Default: nothing. */
  readonly root?: string;
  /** Default: the system's. */
  readonly statfs?: Statfs;
  /** Pressure, OOM kills, and the limits and use of the worker's cgroup. Default: true. */
  readonly pressure?: boolean;
  /** The process of the runner's worker, while there is one. Asked every five seconds. Default: there is none. */
  readonly workerPid?: () => number | undefined;
}

/** Reads the host's numbers into a batch. What cannot be read is told by {@link Sources}. */
export class HostReader {
  readonly #root: string;
  readonly #sources: Sources;
  readonly #cpu: Cpu;
  readonly #memory: Memory;
  readonly #network: Network;
  readonly #cores: Series;
  readonly #memoryLimit: Series;
  readonly #mountTable: MountTable;
  readonly #fileSystems: FileSystems;
  readonly #fullest: FullestFileSystem;
  readonly #machineScope: MachineScope | undefined;
  readonly #workerScope: WorkerScope | undefined;
  readonly #workerPid: () => number | undefined;
  #interfaces = "";
  #mounts: readonly Mount[] | undefined;
  #nowMs = 0;
  #timeMs = 0;
  #lookAtMs = Number.NEGATIVE_INFINITY;
  #findPortsAtMs = Number.NEGATIVE_INFINITY;
  #findLimitsAtMs = Number.NEGATIVE_INFINITY;

  constructor(batch: MetricsBatch, sources: Sources, options: HostReaderOptions = {}) {
    const { root = "", statfs, pressure = true, workerPid = () => undefined } = options;
    this.#root = root;
    this.#sources = sources;
    this.#cpu = new Cpu(root, batch);
    this.#memory = new Memory(root, batch);
    this.#network = new Network(root, batch);
    this.#cores = batch.series(METRICS.cpuLimit, SCOPES.host);
    this.#memoryLimit = batch.series(METRICS.memoryLimit, SCOPES.host);
    this.#mountTable = new MountTable(root);
    this.#fileSystems = new FileSystems(statfs);
    this.#fullest = new FullestFileSystem(batch);
    const notices = new Notices();
    this.#machineScope = pressure ? new MachineScope(root, batch, notices) : undefined;
    this.#workerScope = pressure ? new WorkerScope(root, batch, notices) : undefined;
    this.#workerPid = workerPid;
  }

  /** One reading. `nowMs` is monotonic, `timeMs` whole and in Unix time. Never throws. */
  read(nowMs: number, timeMs: number): void {
    this.#nowMs = nowMs;
    this.#timeMs = timeMs;
    // First, because their shares are those of the time between two `nowMs`, and looking takes some.
    this.#machineScope?.read(nowMs, timeMs);
    this.#workerScope?.read(nowMs, timeMs, this.#memory.machineBytes, this.#cpu.machineCores);
    const isLook = nowMs >= this.#lookAtMs;
    if (isLook) this.#look(nowMs);
    this.#sources.attempt("cpu", this.#readCpu);
    this.#sources.attempt("memory", this.#readMemory);
    this.#network.read(nowMs, timeMs);
    if (this.#fileSystems.read()) this.#fullest.add(this.#fileSystems, nowMs, timeMs);
    if (isLook) this.#addSize(timeMs);
  }

  /** Share of the memory in use at the last reading. */
  get memoryPercent(): number {
    return this.#memory.percent;
  }

  stats(): Pick<
    HostStats,
    "network_ports" | "file_systems" | "hanging_mount" | "container_memory_bytes" | "container_cores"
  > {
    return {
      network_ports: this.#network.ports,
      file_systems: this.#fileSystems.count,
      hanging_mount: this.#fileSystems.hanging ?? null,
      container_memory_bytes: this.#memory.limitBytes ?? null,
      container_cores: this.#cpu.limitCores ?? null,
    };
  }

  /** What shares are shares of: the machine's, or the container's limits. 0 before the first reading. */
  get size(): { readonly cores: number; readonly memoryBytes: number } {
    return {
      cores: this.#cpu.limitCores ?? this.#cpu.machineCores,
      memoryBytes: this.#memory.limitBytes ?? this.#memory.machineBytes,
    };
  }

  /** Gives the files back. Nothing may be read afterwards. */
  close(): void {
    this.#cpu.close();
    this.#memory.close();
    this.#network.close();
    this.#mountTable.close();
    this.#machineScope?.close();
    this.#workerScope?.close();
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

  /** Who reads the shares later has to know of what. It seldom changes, so it is told at each look. */
  #addSize(timeMs: number): void {
    const { cores, memoryBytes } = this.size;
    if (cores > 0) this.#cores.add(timeMs, cores);
    if (memoryBytes > 0) this.#memoryLimit.add(timeMs, memoryBytes);
  }

  #look(nowMs: number): void {
    this.#lookAtMs = nowMs + LOOK_EVERY_MS;
    this.#sources.attempt("network", this.#lookAtInterfaces);
    this.#sources.attempt("mounts", this.#lookAtMounts);
    this.#workerScope?.look(this.#workerPid(), this.#mounts ?? [], nowMs);
    void this.#fileSystems.askRemote(nowMs);
  }
}
