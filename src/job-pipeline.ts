/**
 * The nouns of the job that cross a stage border: what runs, the runner's logs, and what others say of it. Types only, like
 * pipeline.ts, and the words and times that several stages know.
 */
import type { StatsValue } from "./pipeline.ts";

// ── job → what is made while it runs ────────────────────────────────────────────────────────────

/** Values of the semantic conventions by attribute name, as strings. */
export type Attributes = Readonly<Record<string, string>>;

/** The values of `cicd.pipeline.task.run.result` that are used. `error`: it never came to its own end. */
export const RESULTS = ["success", "failure", "cancellation", "skip", "error"] as const;
export type Result = (typeof RESULTS)[number];

/** A step that runs now. */
export interface RunningStep {
  /** The runner's own id of the step (its record), or one made of the name for a step that a mark began. */
  readonly id: string;
  /** Text of the job, never to be trusted. */
  readonly name: string;
  /** Eight bytes as hex. */
  readonly spanId: string;
  /** Wall time in ms. */
  readonly startedAtMs: number;
}

/** The job that runs on this machine now. */
export interface RunningJob {
  /** Of the trace that all machines of its run share: 16 bytes as hex. */
  readonly traceId: string;
  /** The job's own span: eight bytes as hex. */
  readonly spanId: string;
  /** Who it is: `cicd.*` and `vcs.*`. */
  readonly attributes: Attributes;
  /** Wall time in ms. */
  readonly startedAtMs: number;
  /** In the order of their starts; steps may overlap. */
  readonly steps: readonly RunningStep[];
}

/** A step that ended with exit code 137, which is what is said of a process that somebody has killed. */
export interface KilledStep {
  readonly id: string;
  /** Text of the job, never to be trusted. */
  readonly name: string;
  readonly tookMs: number;
  /** What the machine had, or the container, and the least of it that was free while the step ran; absent: not measured. */
  readonly memoryBytes?: number;
  readonly leastFreeBytes?: number;
}

/** Tells whose telemetry is made. Asked whenever something is made, so it answers from memory. */
export interface JobWatch {
  /** Undefined while no job is known to run. */
  readonly current: RunningJob | undefined;
}

/** A log of a runner, as its reader knows it. The names in it are the job's. */
export interface ReadLog {
  /** Tells it from every other file, also after it was renamed and at a next start. */
  readonly key: string;
  /** In its folder. */
  readonly name: string;
  /** Of all logs of one runner. */
  readonly folder: string;
  /** When it was opened first: its last change, in wall ms. */
  readonly changedAtMs: number;
}

/** Whose records are those of a log. */
export interface RecordOrigin {
  /** For the resource; undefined while the job is not known. The same object for all logs of a job. */
  readonly attributes: Attributes | undefined;
  /** Of the job or the step; undefined while the job is not known. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Undefined unless the log is a page, the output of a step: then the runner's own id of the step. */
  readonly stepId: string | undefined;
}

/** Who else wants to know what stands in the runner's logs. Asked and told on the reader's way, so it answers at once. */
export interface LogObserver {
  /** Whether its bytes are wanted. Asked once, when the log is found. */
  wants(log: ReadLog): boolean;
  /**
   * The bytes at `offset` of a wanted log, in order, from its first byte on also where an earlier run has handed them on.
   * Some may be shown again. They are valid during the call.
   */
  saw(log: ReadLog, offset: number, bytes: Uint8Array): void;
  /** Asked before a piece of a log becomes records. */
  originOf(log: ReadLog): RecordOrigin | undefined;
  /** A round of reading is over; another one follows in a second or so. */
  endRound(): void;
}

/** `ignored`: it fits nothing that is known, or the runner's own log says it better. `too-many`: beyond a limit of ours. */
export type MarkResult = "taken" | "ignored" | "too-many";

// ── cli → http → manager ────────────────────────────────────────────────────────────────────────

/** How long a flush may be waited for: less than the minute after which Bun ends a connection on which nothing comes. */
export const FLUSH_WAIT_MAX_MS = 50_000;
/** How long a flush is waited for when nobody says. */
export const FLUSH_WAIT_MS = 5000;

/** What a mark can say. */
export const MARK_KINDS = ["job-start", "job-end", "step-start", "step-end"] as const;

/** Something that somebody says of the job that runs: a claim, which never overwrites what the runner's own log says. */
export interface JobMark {
  readonly kind: (typeof MARK_KINDS)[number];
  /** Text of the job, never to be trusted: any characters, well-formed, 1 to 1024 of them. */
  readonly name: string;
  /** Of an end only. */
  readonly result?: Result;
  /** Wall time in ms, when the agent heard of it. */
  readonly atMs: number;
  /** `hook`: the script that the runner starts before or after a job. `mark`: anybody on the machine. */
  readonly source: "mark" | "hook";
  /** At most 64. Values are text of the job. */
  readonly attributes?: Attributes;
}

/** What the agent knows of a job when it has heard a mark. */
export interface MarkAnswer {
  /** W3C Trace Context, of the span that the mark has opened or closed. */
  readonly traceparent?: string;
  /** True when the job's steps run in a container, where the agent's address leads nowhere. */
  readonly isInContainer?: boolean;
  /**
   * Names of environment variables that the job's workflow sets for all steps, as far as the runner's log tells. The
   * runner shows them to no hook, and what a hook exports would win over them.
   */
  readonly workflowVariables?: readonly string[];
}

/** What others on the machine can ask the agent for. */
export interface Control {
  /**
   * Seals every stream now and resolves when all lines that were accepted before are delivered, at the latest when `wait`
   * fires: with the lines that are left of those. Never rejects. May be called again while it waits: no line is sealed
   * for a second caller that the first has sealed.
   */
  flush(wait: AbortSignal): Promise<{ readonly linesLeft: number }>;
  /** Takes a mark from memory. Never waits, never throws. */
  mark(mark: JobMark): MarkAnswer;
  /**
   * The jobs of this run, oldest first: `{ jobs: [{ name, result?, source?, trace_id?, started_at_ms, ended_at_ms?,
   * peak_cpu_cores?, peak_memory_bytes?, steps: [the same, and id?] }] }`. Names are text of the job.
   */
  jobs(): StatsValue;
}
