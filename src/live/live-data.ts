/**
 * What the live page and the report draw: plain JSON, made by the agent, and read by `src/page`. Times are wall times in ms
 * since 1970, sizes bytes, CPU cores (1.5 is one and a half), shares 0 to 1. What is not known is absent.
 */
import type { Result } from "../job-pipeline.ts";
import type { Price } from "../lib/price.ts";

/** All of it, as `GET /live/state` gives it and each connection to `GET /live/events` gets first. */
export interface LiveState {
  readonly version: string;
  readonly nowMs: number;
  /** When the agent was started. */
  readonly startedAtMs: number;
  /** False: the reader is another user of the machine. Names of steps, texts of logs, processes and output are left out. */
  readonly maySeeTexts: boolean;
  readonly health: LiveHealth;
  readonly jobs: readonly LiveJob[];
  readonly series: LiveSeries;
  readonly events: readonly LiveEvent[];
  readonly processes: LiveProcesses | null;
  readonly streams: Readonly<Record<string, LiveStream>>;
  readonly collector: LiveCollector;
  readonly destination: string | null;
  /** What a minute of the machine costs. Absent: nobody has said it. */
  readonly price?: Price;
}

export interface LiveHealth {
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** Each part that is not healthy, with its reason and what to do, in the agent's own words. */
  readonly problems: readonly { readonly part: string; readonly reason: string; readonly remedy?: string }[];
}

export type LiveResult = Result;

/** Who says what a step or a job was. */
export const LIVE_SOURCES = ["runner", "mark", "hook"] as const;
export type LiveSource = (typeof LIVE_SOURCES)[number];

export interface LiveStep {
  readonly id: string;
  /** Text of the job; `step 3` for who may not see texts. */
  readonly name: string;
  readonly startedAtMs: number;
  /** Absent while it runs. */
  readonly endedAtMs?: number;
  readonly result?: LiveResult;
  /** Who says so: the runner's own log, or a claim of the job. */
  readonly source: LiveSource;
}

export interface LiveJob extends Omit<LiveStep, "id"> {
  readonly traceId: string;
  /** `cicd.*` and `vcs.*`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly steps: readonly LiveStep[];
}

/** The names of all series. Each is drawn in the chart of its first word. */
export const SERIES = [
  "cpu.mean",
  "cpu.busiest",
  "cpu.iowait",
  "memory.used",
  "disk.used",
  "network.receive",
  "network.transmit",
  "pressure.cpu",
  "pressure.memory",
  "pressure.memory_full",
  "pressure.io",
] as const;
export type SeriesName = (typeof SERIES)[number];

/**
 * Buckets of equal length, oldest first, decimated as the run grows. `null`: nothing was measured in the bucket. CPU,
 * memory, disk and pressure are shares of the whole; the network is bytes a second.
 */
export interface LiveSeries {
  readonly firstMs: number;
  readonly bucketMs: number;
  readonly values: Readonly<Partial<Record<SeriesName, LiveValues>>>;
  /** Cores and bytes of the machine, or of the container's limits. */
  readonly cores?: number;
  readonly memoryBytes?: number;
}

export interface LiveValues {
  readonly min: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** How grave an event is, from the least on. */
export const LIVE_SEVERITIES = ["info", "warn", "error", "fatal"] as const;
export type LiveSeverity = (typeof LIVE_SEVERITIES)[number];

/** A mark on the time axis: an OOM kill, a full disk, a spot notice, a restart. */
export interface LiveEvent {
  readonly atMs: number;
  /** `warp_telemetry.oom_kill` and the like. */
  readonly name: string;
  readonly severity: LiveSeverity;
  /** Absent for who may not see texts. */
  readonly text?: string;
  /** Of an OOM kill, as far as the kernel tells: whose limit was reached, and how much it was when that is a cgroup. */
  readonly oomScope?: "cgroup" | "machine" | "cpuset" | "memory_policy";
  readonly limitBytes?: number;
}

/** Those that use most, at one moment. */
export interface LiveProcesses {
  readonly atMs: number;
  readonly list: readonly {
    readonly pid: number;
    readonly name: string;
    readonly cpuCores: number;
    readonly memoryBytes: number;
    readonly stepId?: string;
  }[];
}

export interface LiveStream {
  readonly lines: number;
  readonly bytes: number;
  readonly ringUsedBytes: number;
  readonly ringBytes: number;
  readonly objects: number;
  readonly lastObject: string | null;
  readonly uploadMs: number | null;
  readonly retries: number;
  readonly refused: number;
}

export interface LiveCollector {
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
  /** Its last lines; empty for who may not see texts. */
  readonly output: readonly string[];
}

/** One record of the log tail. ANSI colours and control characters are in it as they came. */
export interface LiveLog {
  readonly atMs: number;
  readonly stream: "logs" | "gha-logs";
  /** The number of OpenTelemetry's data model, 0 when it has none. */
  readonly severity: number;
  /** At most 16 KiB. */
  readonly text: string;
  readonly stepId?: string;
}

/** One span. */
export interface LiveSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent for a root, and for one whose parent is unknown. */
  readonly parentSpanId?: string;
  /** At most 256 characters, as `service`. */
  readonly name: string;
  /** `service.name` of its resource. */
  readonly service?: string;
  /** May have fractions. */
  readonly startedAtMs: number;
  /** Not before the start. */
  readonly endedAtMs: number;
  /** The status of the span is ERROR. */
  readonly isError: boolean;
  /** At most 32, cut. With the message of the status and the first exception, by their names in OpenTelemetry. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The newest records of a kind. */
export interface LiveTail<One> {
  readonly records: readonly One[];
  /** Records that were too many to be told. */
  readonly leftOut: number;
  /** Told with the first: there were records before them. Most of those are uploaded, and the agent holds them no more. */
  readonly hasEarlier?: boolean;
}

/** What `GET /live/events` (server-sent events) tells, each as JSON under its name. */
export interface LiveMessages {
  /** At the beginning, and again after a gap. */
  readonly state: LiveState;
  /** Every second. */
  readonly sample: { readonly atMs: number; readonly values: Readonly<Partial<Record<SeriesName, number>>> };
  /** When they have changed, once in two seconds at most. */
  readonly change: Partial<
    Pick<LiveState, "health" | "jobs" | "events" | "processes" | "streams" | "collector" | "destination">
  >;
  /** Only for who may see texts, as the spans. */
  readonly logs: LiveTail<LiveLog>;
  /** A span is told when it has ended. */
  readonly spans: LiveTail<LiveSpan>;
}

/**
 * The data blocks of a report, `<script type="application/json">` at the end of the body: a {@link ReportIndex} with this
 * `id`, and for each of its jobs a {@link ReportData}, whose `id` has the place in the index behind it (`run-data-0`). In
 * their JSON `<` is written `\u003c`, so that no text can end a block.
 */
export const REPORT_INDEX_BLOCK = "run-index";
export const REPORT_BLOCK = "run-data";

/** Of which jobs a report tells. */
export interface ReportIndex {
  readonly jobs: readonly ReportRow[];
  /** What is left out, a sentence each. */
  readonly notes: readonly string[];
}

/** A job, or a machine on which no job is known. */
export interface ReportRow {
  readonly host: string;
  /** Without its steps. */
  readonly job?: LiveJob;
  readonly startedAtMs: number;
  /** Where what is known of it ends. */
  readonly endedAtMs: number;
  /** Shares of the whole. */
  readonly cpuMean?: number;
  readonly memoryMax?: number;
  readonly events: number;
}

/** What the page draws in place of what an agent tells, when it is in the document. It never changes. */
export interface ReportData {
  /** `nowMs` is the end of what is reported. */
  readonly state: LiveState;
  /** Oldest first. The page keeps 100,000 and 24 Mi characters, the newest. */
  readonly logs: readonly LiveLog[];
  /** In any order. The page keeps 20,000 and 16 Mi characters, the last in this list. */
  readonly spans: readonly LiveSpan[];
  /** Oldest first, of so many moments as there was room for. */
  readonly processes?: readonly LiveProcesses[];
  /** Records that the report does not have, because they were too many. */
  readonly leftOut?: { readonly logs?: number; readonly spans?: number };
}
