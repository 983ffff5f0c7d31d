import type { JobWatch } from "../job-pipeline.ts";
import type { LineSink, ResourceAttributes } from "../pipeline.ts";
import type { TopProcessFigures } from "../stats/host-reading.ts";
import { JobProcesses } from "./job-processes.ts";
import { MemoryPeak } from "./memory-peak.ts";
import { pageBytes } from "./page-size.ts";
import { ProcessDetails } from "./process-details.ts";
import { type ProcessFigures, processLine } from "./process-records.ts";
import { type CpuClock, ProcessTable } from "./process-table.ts";
import type { Sources } from "./sources.ts";
import { topProcesses } from "./top-processes.ts";

/** Short enough to see what a step does, long enough that looking costs nothing that one could measure. */
const SAMPLE_EVERY_MS = 5000;

/** A sample that follows another sooner would tell nothing but noise. */
const APART_MIN_MS = 500;

export interface ProcessSamplerOptions {
  readonly resource: ResourceAttributes;
  /** Where the lines go: the ring of logs. Undefined: nothing is told, the runner's worker alone is looked for. */
  readonly sink: LineSink | undefined;
  /** Whose processes they are. Undefined: no record has a job or a step. */
  readonly jobs?: JobWatch | undefined;
  /** Arguments of programs go with them: they may hold secrets. Default: false. */
  readonly commandLines?: boolean;
  /** What comes before `/proc`. Default: nothing. */
  readonly root?: string;
  /** Default: the system's. */
  readonly clock?: CpuClock;
}

/**
 * Tells every five seconds which processes use most: the five by CPU, the five by private memory, and the sum of the
 * others. It does so too when memory comes to a new peak. A line that the ring does not take is dropped and counted. One life: start, then stop.
 */
export class ProcessSampler {
  readonly #resource: ResourceAttributes;
  readonly #sources: Sources;
  readonly #sink: LineSink | undefined;
  readonly #jobs: JobWatch | undefined;
  readonly #hasCommandLines: boolean;
  readonly #table: ProcessTable;
  readonly #jobProcesses: JobProcesses;
  readonly #details: ProcessDetails;
  readonly #pageBytes: number;
  readonly #peak = new MemoryPeak();
  #timer: ReturnType<typeof setInterval> | undefined;
  #isStopped = false;
  #lastAtMs = Number.NaN;
  #newest: { readonly atMs: number; readonly list: readonly TopProcessFigures[] } | undefined;
  #records = 0;
  #droppedRecords = 0;

  constructor(sources: Sources, options: ProcessSamplerOptions) {
    const { resource, sink, jobs, commandLines = false, root = "", clock } = options;
    this.#resource = resource;
    this.#sources = sources;
    this.#sink = sink;
    this.#jobs = jobs;
    this.#hasCommandLines = commandLines;
    this.#table = new ProcessTable(root, clock);
    this.#jobProcesses = new JobProcesses(this.#table, jobs);
    this.#details = new ProcessDetails(root);
    this.#pageBytes = pageBytes(root);
  }

  /** The runner's worker, as of the last sample; undefined when there is none. */
  get workerPid(): number | undefined {
    return this.#jobProcesses.workerPid;
  }

  /** Those that the newest sample has told of; undefined before the second one, and where nothing is told. */
  get newest(): { readonly atMs: number; readonly list: readonly TopProcessFigures[] } | undefined {
    return this.#newest;
  }

  /** Samples now and every five seconds; the first sample tells nothing. Safe to call twice; does nothing after stop. */
  start(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    const sample = (): void => {
      const nowMs = performance.now();
      if (!this.#isTooSoon(nowMs)) this.sample(nowMs, Date.now());
    };
    this.#timer = setInterval(sample, SAMPLE_EVERY_MS);
    sample();
  }

  /** Idempotent, safe before start. */
  stop(): void {
    clearInterval(this.#timer);
    this.#isStopped = true;
    this.#table.close();
  }

  /** One sample, as {@link start} makes it; `nowMs` is monotonic, `timeMs` whole and in Unix time. Never throws. */
  sample(nowMs: number, timeMs: number): void {
    this.#sources.attempt("processes", () => {
      this.#table.scan();
      this.#jobProcesses.mark(timeMs);
      const passedMs = nowMs - this.#lastAtMs;
      this.#lastAtMs = nowMs;
      if (this.#sink !== undefined && passedMs > 0) this.#tell(this.#sink, passedMs, timeMs);
    });
  }

  /**
   * Memory in use in percent, at each reading of the host. At a new peak of a step there is a sample at once: so it is told
   * who has it before the kernel kills for it.
   */
  noteMemory(percent: number, nowMs: number, timeMs: number): void {
    const step = this.#jobs?.current?.steps.at(-1)?.id;
    if (this.#peak.isNew(percent, step) && !this.#isTooSoon(nowMs)) this.sample(nowMs, timeMs);
  }

  stats(): { readonly processes: number; readonly process_records: number; readonly dropped_process_records: number } {
    return {
      processes: this.#table.processes.size,
      process_records: this.#records,
      dropped_process_records: this.#droppedRecords,
    };
  }

  #isTooSoon(nowMs: number): boolean {
    return nowMs - this.#lastAtMs < APART_MIN_MS;
  }

  #tell(sink: LineSink, passedMs: number, timeMs: number): void {
    const { processes, endedMs } = this.#table;
    const { top, restCount, restSpentMs, restResidentPages } = topProcesses(processes, this.#details, this.#pageBytes);
    const figures = top.map(({ entry, privateBytes }): ProcessFigures => {
      const { pid, name, isOfJob, step } = entry;
      return {
        pid,
        name,
        isOfJob,
        step,
        cores: entry.spentMs / passedMs,
        residentBytes: entry.residentPages * this.#pageBytes,
        privateBytes,
        disk: this.#details.diskBytes(entry),
        commandLine: this.#hasCommandLines ? this.#details.commandLine(entry) : undefined,
      };
    });
    this.#newest = { atMs: timeMs, list: figures };
    const rest = {
      count: restCount,
      cores: restSpentMs / passedMs,
      residentBytes: restResidentPages * this.#pageBytes,
      endedCores: endedMs / passedMs,
    };
    const line = processLine(this.#resource, this.#jobs?.current, timeMs, figures, rest);
    if (sink.offer(line, "own") === "accepted") this.#records += figures.length + 1;
    else this.#droppedRecords += figures.length + 1;
  }
}
