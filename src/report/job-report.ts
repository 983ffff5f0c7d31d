import type { JsonObject } from "../lib/json-object.ts";
import { EventList } from "../live/event-list.ts";
import { severityOf } from "../live/event-severity.ts";
import { killLimit } from "../live/kill-limit.ts";
import type { LiveJob, LiveLog, LiveProcesses, LiveSpan, LiveState } from "../live/live-data.ts";
import { bodyText } from "../live/read-records.ts";
import { RunSeries } from "../live/run-series.ts";
import { msOf, textOf } from "../live/told-values.ts";
import type { FoundJob } from "./found-jobs.ts";
import type { HostPoint } from "./host-points.ts";
import { KeptLogs, type SeenLog } from "./kept-logs.ts";
import { KeptProcesses } from "./kept-processes.ts";
import { KeptSpans } from "./kept-spans.ts";
import { attributesOf } from "./otlp-items.ts";

/** What a machine did right before a job and right after it is drawn, too. */
export const LEAD_MS = 15_000;
export const TRAIL_MS = 30_000;
const FIRST_BUCKET_MS = 1000;

/** What a report has of one job, or of a machine on which no job is known. */
export interface ReportJob {
  readonly host: string;
  readonly state: LiveState;
  readonly logs: { readonly records: readonly LiveLog[]; readonly leftOut: number };
  readonly spans: { readonly records: readonly LiveSpan[]; readonly leftOut: number };
  readonly processes: readonly LiveProcesses[];
  /** The oldest ones, beyond what a run is shown. */
  readonly eventsLeftOut: number;
}

/** What a report has room for: of all jobs together, or of one. */
export interface JobRoom {
  /** Of the texts of all logs. */
  readonly logMaxChars: number;
  readonly spansMax: number;
  /** Of their names and attributes. */
  readonly spanMaxChars: number;
}

/** A page of so many megabytes opens in a second or two. */
export const REPORT_ROOM: JobRoom = {
  logMaxChars: 16 * 1024 * 1024,
  spansMax: 20_000,
  spanMaxChars: 16 * 1024 * 1024,
};

/** Takes what is told of one job, in any order, and keeps what a report has room for. */
export class JobReport {
  readonly host: string;
  readonly job: LiveJob | undefined;
  readonly #series = new RunSeries(FIRST_BUCKET_MS);
  readonly #events = new EventList();
  readonly #logs: KeptLogs;
  readonly #spans: KeptSpans;
  readonly #processes = new KeptProcesses();
  readonly #size = { cores: 0, memoryBytes: 0 };
  #version = "";
  #lastMs: number;

  /** `firstMs` is where the time axis begins. */
  constructor(
    { host, job, lastMs }: Pick<FoundJob, "host" | "lastMs"> & { readonly job?: LiveJob },
    firstMs: number,
    { logMaxChars, spansMax, spanMaxChars }: JobRoom,
  ) {
    this.host = host;
    this.job = job;
    this.#lastMs = lastMs;
    this.#logs = new KeptLogs(logMaxChars);
    this.#spans = new KeptSpans(spansMax, spanMaxChars);
    this.#series.begin(firstMs, FIRST_BUCKET_MS);
  }

  addPoint({ name, atMs, value }: HostPoint): void {
    if (name === "cores" || name === "memoryBytes") this.#size[name] = value;
    else this.#series.add(name, atMs, value);
    this.#saw(atMs);
  }

  addLog(log: SeenLog): void {
    this.#logs.add(log);
    this.#saw(log.atMs);
  }

  addSpan(span: LiveSpan): void {
    this.#spans.add(span);
    this.#saw(span.endedAtMs);
  }

  addProcesses(sample: LiveProcesses): void {
    this.#processes.add(sample);
  }

  /** A record of our own that tells an event. */
  addEvent(record: JsonObject): void {
    const [atMs, name] = [msOf(record["timeUnixNano"]), textOf(record["eventName"])];
    if (atMs === undefined || name === undefined) return;
    const severity = severityOf(Number(record["severityNumber"]));
    const attributes = attributesOf(record["attributes"]);
    const limitBytes = attributes["warp_telemetry.oom_kill.limit_bytes"];
    const limit = killLimit(
      attributes["warp_telemetry.oom_kill.scope"],
      limitBytes === undefined ? undefined : Number(limitBytes),
    );
    this.#events.add({ atMs, name, severity, text: bodyText(record["body"]), ...limit });
    this.#saw(atMs);
  }

  /** The version of the agent that tells of it. */
  set version(version: string | undefined) {
    this.#version ||= version ?? "";
  }

  take(): ReportJob {
    const { cores, memoryBytes } = this.#size;
    const processes = this.#processes.take();
    const eventsLeftOut = this.#events.version - this.#events.all.length;
    const state: LiveState = {
      version: this.#version,
      nowMs: this.job?.endedAtMs === undefined ? this.#lastMs : this.job.endedAtMs,
      startedAtMs: this.job?.startedAtMs ?? this.#series.firstMs,
      maySeeTexts: true,
      health: { status: "healthy", problems: [] },
      jobs: this.job === undefined ? [] : [this.job],
      series: {
        ...this.#series.told(),
        ...(cores > 0 && { cores }),
        ...(memoryBytes > 0 && { memoryBytes }),
      },
      events: this.#events.all.toSorted((a, b) => a.atMs - b.atMs),
      processes: processes.at(-1) ?? null,
      streams: {},
      collector: { state: "", pid: null, restarts: 0, output: [] },
      destination: null,
    };
    return { host: this.host, state, logs: this.#logs.take(), spans: this.#spans.take(), processes, eventsLeftOut };
  }

  /** A job without an end goes on for as long as something is known of its machine. */
  #saw(atMs: number): void {
    this.#lastMs = Math.max(this.#lastMs, atMs);
  }
}
