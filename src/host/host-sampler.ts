import type { JobWatch } from "../job-pipeline.ts";
import type { LineSink, PartHealth, ResourceAttributes } from "../pipeline.ts";
import type { HostReading, TopProcessFigures } from "../stats/host-reading.ts";
import type { HostStats } from "../stats/agent-stats.ts";
import { HostReader, type HostReaderOptions } from "./host-reader.ts";
import { LatestReading } from "./latest-reading.ts";
import { MetricsBatch } from "./metrics-batch.ts";
import { ProcessSampler } from "./process-sampler.ts";
import type { CpuClock } from "./process-table.ts";
import { Sources } from "./sources.ts";

/** As long as the collector batches. */
const BATCH_MS = 5000;

export interface HostSamplerOptions extends Omit<HostReaderOptions, "workerPid"> {
  /** Between two readings. */
  readonly intervalMs: number;
  readonly resource: ResourceAttributes;
  /** Where the lines go: the ring of metrics. */
  readonly sink: LineSink;
  /** Where the processes go that use most: the ring of logs. Default: nowhere, they are not told. */
  readonly processSink?: LineSink | undefined;
  /** Whose processes they are. Default: nobody's. */
  readonly jobs?: JobWatch | undefined;
  /**
   * The job that runs is an attribute of the metrics too. Its processes have it always; as the conventions say, metrics have
   * it where somebody asks, because each job begins new series. Default: false.
   */
  readonly jobOnMetrics?: boolean;
  /** Programs are told with their arguments, which may hold secrets. Default: false. */
  readonly commandLines?: boolean;
  /** The CPU time of processes. Default: the system's. */
  readonly clock?: CpuClock;
  /** Hears of each reading, right after it. Must not throw. Default: nobody. */
  readonly onReading?: ((reading: HostReading) => void) | undefined;
}

/**
 * Measures what host_metrics counts wrongly on Linux: CPU, memory, network and the fullest
 * file system, and what it does not count: pressure, and the limits and use of the runner's cgroup. A reading is a
 * few system calls and waits for nothing. The readings of five seconds are one line. A line that the ring does not take
 * is dropped and counted: some seconds of host metrics are not worth the memory. One life: start, then stop.
 */
export class HostSampler {
  readonly #intervalMs: number;
  readonly #sink: LineSink;
  readonly #sources = new Sources();
  readonly #reader: HostReader;
  readonly #batch: MetricsBatch;
  readonly #resource: ResourceAttributes;
  /** Undefined: metrics do not say whose they are. */
  readonly #jobs: JobWatch | undefined;
  /** The span of the job that metrics are told of. */
  #job: string | undefined;
  /** Undefined where nobody asks for processes, nor for the cgroup of one. */
  readonly #processes: ProcessSampler | undefined;
  readonly #latest = new LatestReading();
  readonly #onReading: HostSamplerOptions["onReading"];
  #readTimer: ReturnType<typeof setInterval> | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  #readings = 0;
  #lines = 0;
  #points = 0;
  #droppedLines = 0;
  #droppedPoints = 0;

  constructor({ intervalMs, resource, sink, ...options }: HostSamplerOptions) {
    this.#intervalMs = intervalMs;
    this.#sink = sink;
    this.#onReading = options.onReading;
    this.#batch = new MetricsBatch(resource);
    this.#resource = resource;
    this.#jobs = options.jobOnMetrics === true ? options.jobs : undefined;
    const processes =
      options.processSink === undefined && options.pressure === false
        ? undefined
        : new ProcessSampler(this.#sources, { ...options, resource, sink: options.processSink });
    this.#processes = processes;
    this.#reader = new HostReader(this.#batch, this.#sources, { ...options, workerPid: () => processes?.workerPid });
  }

  /** Reads now and at every interval. Safe to call twice; does nothing after stop. */
  start(): void {
    if (this.#isStopped || this.#readTimer !== undefined) return;
    const read = (): void => this.read(performance.now(), Date.now());
    this.#readTimer = setInterval(read, this.#intervalMs);
    // First, because it finds the worker whose cgroup is read.
    this.#processes?.start();
    read();
  }

  /** Hands over what has been read, and ends. Idempotent, safe before start. */
  stop(): void {
    clearInterval(this.#readTimer);
    this.#processes?.stop();
    this.#flush();
    this.#isStopped = true;
    this.#reader.close();
  }

  /** One reading, as {@link start} makes it; `nowMs` is monotonic, `timeMs` whole and in Unix time. */
  read(nowMs: number, timeMs: number): void {
    this.#readings++;
    this.#lookAtJob();
    this.#reader.read(nowMs, timeMs);
    this.#processes?.noteMemory(this.#reader.memoryPercent, nowMs, timeMs);
    if (this.#onReading !== undefined) {
      this.#latest.fill(this.#batch, timeMs);
      this.#onReading(this.#latest);
    }
    this.#flushTimer ??= setTimeout(this.#flush, BATCH_MS);
  }

  /** What the readings are measured against: the machine, or a container's limits. 0 before the first reading. */
  get size(): { readonly cores: number; readonly memoryBytes: number } {
    return this.#reader.size;
  }

  /** The processes that use most, and when they were looked at; undefined before the second sample, and where nobody asks. */
  get topProcesses(): { readonly atMs: number; readonly list: readonly TopProcessFigures[] } | undefined {
    return this.#processes?.newest;
  }

  /** Degraded when something that every Linux has cannot be read. */
  health(): PartHealth {
    return this.#sources.health();
  }

  stats(): HostStats {
    return {
      readings: this.#readings,
      lines: this.#lines,
      data_points: this.#points,
      dropped_lines: this.#droppedLines,
      dropped_data_points: this.#droppedPoints,
      errors: this.#sources.errors(),
      ...this.#reader.stats(),
      processes: 0,
      process_records: 0,
      dropped_process_records: 0,
      ...this.#processes?.stats(),
    };
  }

  /** What was read before a job began or ended is a line of its own. */
  #lookAtJob(): void {
    const job = this.#jobs?.current;
    if (job?.spanId === this.#job) return;
    this.#flush();
    this.#job = job?.spanId;
    this.#batch.resource = { ...this.#resource, ...job?.attributes };
  }

  readonly #flush = (): void => {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const points = this.#batch.size;
    if (points === 0) return;
    if (this.#sink.offer(this.#batch.take(), "own") === "accepted") {
      this.#lines++;
      this.#points += points;
    } else {
      this.#droppedLines++;
      this.#droppedPoints += points;
    }
  };
}
