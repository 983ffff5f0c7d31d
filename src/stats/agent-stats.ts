import type { HealthStatus, Stream } from "../pipeline.ts";
import type { AGENT_METRICS } from "./agent-metrics.ts";
import type { JOB_METRICS } from "./job-metrics.ts";
import type { Values } from "./metric.ts";
import type { COLLECTOR_METRICS, EVENT_METRICS, HOST_METRICS, RUNNER_METRICS } from "./part-metrics.ts";
import type { DOOR_METRICS, RING_METRICS, UPLOAD_METRICS } from "./stream-metrics.ts";

// Types and not interfaces: only those are plain data for the compiler, see `Stats` in pipeline.ts.

/** What a stage that does not run says of itself. */
export type Off = { readonly state: "off" };

/** Counted at the door of one stream. */
export type DoorStats = Values<typeof DOOR_METRICS>;

export type RingStats = Values<typeof RING_METRICS> & {
  readonly ring_memory: string;
  /** Senders other than our own are refused. */
  readonly ring_is_full: boolean;
};

export type UploadStats = Values<typeof UPLOAD_METRICS> & {
  readonly state: "idle" | "sending" | "waiting";
  readonly last_object: {
    readonly name: string;
    /** ISO 8601. */
    readonly at: string;
    readonly bytes: number;
    readonly lines: number;
    /** Of the attempt that stored it. */
    readonly upload_ms: number;
  } | null;
  readonly last_error: string | null;
};

/** One stream, from its door to the destination. */
export type StreamStats = DoorStats & RingStats & UploadStats;

export type CollectorStats = Values<typeof COLLECTOR_METRICS> & {
  readonly state: string;
  readonly state_ms: number;
  readonly program: string | null;
  readonly version: string | null;
  readonly pid: number | null;
  readonly uptime_ms: number | null;
  readonly last_exit: string | null;
  readonly last_request_age_ms: number | null;
  readonly user: string | null;
  readonly launcher: string;
  readonly system_log: string | null;
  /** For people: where the output itself is. */
  readonly output: readonly string[];
};

export type RunnerStats = Values<typeof RUNNER_METRICS> & {
  readonly sources: readonly { readonly folder: string; readonly state: string }[];
};

export type HostStats = Values<typeof HOST_METRICS> & {
  readonly network_ports: readonly string[];
  readonly hanging_mount: string | null;
};

export type JobStats = Values<typeof JOB_METRICS>;

export type EventStats = Values<typeof EVENT_METRICS> & {
  /** Whether it is seen which process the kernel kills; else kills are only counted. */
  readonly reads_kernel_log: boolean;
};

/** The health of one part, see `PartHealth` in pipeline.ts. */
export type PartVerdict = { readonly status: HealthStatus; readonly reason?: string; readonly remedy?: string };

/** The body of `/health`. */
export type HealthStats = {
  readonly status: HealthStatus;
  /** Those that exist here, by name. */
  readonly parts: Readonly<Record<string, PartVerdict>>;
};

/** What recovery had to do at the start. */
export type NoticeStats = {
  readonly stream: Stream;
  readonly kind: string;
  readonly reason: string;
  readonly lines_kept: number;
  readonly file?: string;
};

/** The body of `/stats`: plain data, snake_case keys, no secret. The first seven are the seed's. */
export type AgentStats = Values<typeof AGENT_METRICS> & {
  readonly is_running: boolean;
  readonly port: number;
  readonly buffer_size: number;
  readonly current_buffer_size: number;
  readonly buffer_is_full: boolean;
  readonly receiver_running: boolean;
  readonly s3_uploader_running: boolean;
  readonly version: string;
  readonly health: HealthStats;
  readonly home: string | null;
  readonly home_instead_of: string | null;
  readonly destination: string | null;
  readonly worker_is_running: boolean;
  /** What looks at requests first. Without "wasm" they cost several times as much. */
  readonly codec: "wasm" | "typescript";
  readonly set_aside: readonly { readonly name: string; readonly reason: string; readonly bytes: number }[];
  readonly ring_notices: readonly NoticeStats[];
  /** Empty until the rings are open. */
  readonly streams: Readonly<Partial<Record<Stream, StreamStats>>>;
  readonly collector: CollectorStats | Off;
  readonly runner_logs: RunnerStats | Off;
  readonly host: HostStats | Off;
  readonly jobs: JobStats | Off;
  readonly events: EventStats | Off;
};

/** Stats as a program of another version may tell them: any key may be missing, or be something else. */
export type Told<Of> = { readonly [Key in keyof Of]?: unknown };
