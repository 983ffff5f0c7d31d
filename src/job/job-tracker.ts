import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import type {
  JobMark,
  JobWatch,
  KilledStep,
  LogObserver,
  MarkResult,
  ReadLog,
  RecordOrigin,
  RunningJob,
} from "../job-pipeline.ts";
import type { PartHealth, PositionedSink, ResourceAttributes, Stats } from "../pipeline.ts";
import type { JobStats } from "../stats/agent-stats.ts";
import { Claims } from "./claims.ts";
import type { Job } from "./job.ts";
import { killedStep } from "./killed-step.ts";
import { jobReport } from "./jobs-report.ts";
import { MarkNotes } from "./mark-notes.ts";
import { KnownJobs } from "./known-jobs.ts";
import type { Use } from "./peaks.ts";
import { runningJob } from "./running-job.ts";
import { SentSpans } from "./sent-spans.ts";
import type { Step } from "./step.ts";
import { jobSpan, stepSpan } from "./span-line.ts";
import { SpanWriter } from "./span-writer.ts";
import { WorkerLogs } from "./worker-logs.ts";

export interface JobTrackerOptions {
  /** The agent's folder: what was sent is noted in its subfolder `job`. Open for the life of this object. */
  readonly home: HeldFolder;
  readonly resource: ResourceAttributes;
  /** The ring of the stream traces. Nothing may have been offered to it in this run yet. */
  readonly sink: PositionedSink;
  /** When the machine started, in wall ms: a job from before is over. Default: not known. */
  readonly bootedAtMs?: number;
  /** Monotonic. Default: the system's. */
  readonly nowMs?: () => number;
  /** Called after a job has ended and its spans and the records that were read are in the rings. */
  readonly jobEnded?: () => void;
}

const log = logOf("job");

/**
 * Knows the job that runs on this machine, from the runner's own log and from what jobs say of themselves, and makes a
 * span of it and of each of its steps. It reads nothing itself and has no timer: the reader of the runner's logs tells it.
 */
export class JobTracker implements LogObserver, JobWatch {
  readonly #writer: SpanWriter;
  readonly #sent: SentSpans;
  readonly #folder: HeldFolder;
  readonly #jobs = new KnownJobs();
  readonly #logs: WorkerLogs;
  readonly #claims: Claims;
  readonly #marks: MarkNotes;
  readonly #bootedAtMs: number | undefined;
  readonly #jobEnded: () => void;
  #current: RunningJob | undefined;
  #isCurrentOld = false;
  #endedJobs = 0;
  #stepKilled: (step: KilledStep) => void = () => {};
  #toldEnds = 0;
  #hasReplayed = false;
  #ignoredMarks = 0;
  #isStopped = false;

  /** Learns what the last run has sent. Throws when the folder for that cannot be made or used. */
  constructor(options: JobTrackerOptions) {
    const { home, resource, sink, bootedAtMs, nowMs = () => performance.now(), jobEnded = () => {} } = options;
    this.#folder = home.folder("job");
    this.#sent = new SentSpans(this.#folder, sink.headPosition);
    this.#marks = new MarkNotes(this.#folder);
    this.#bootedAtMs = bootedAtMs;
    this.#writer = new SpanWriter(this.#sent, sink, resource);
    this.#jobEnded = jobEnded;
    this.#claims = new Claims({
      hostName: resource["host.name"],
      stepEnded: (job, step) => this.#stepEnded(job, step),
      jobEnded: (job) => this.#ended(job),
    });
    this.#logs = new WorkerLogs({
      jobs: this.#jobs,
      workerName: resource["host.name"],
      nowMs,
      bootedAtMs,
      stepEnded: (job, step) => this.#stepEnded(job, step),
      jobFound: (job) => this.#found(job),
      jobEnded: (job) => this.#ended(job),
      changed: () => {
        this.#isCurrentOld = true;
      },
    });
  }

  /** What runs now: the newest job of a runner's log, or else the one that is claimed. */
  get current(): RunningJob | undefined {
    if (this.#isCurrentOld) this.#current = runningJob(this.#jobs.running ?? this.#claims.job);
    this.#isCurrentOld = false;
    return this.#current;
  }

  /** The id of the CI run that lines are of which came since then (wall ms), as far as it is known. Text of the job. */
  runSince(atMs: number): string | undefined {
    return this.#jobs.runSince(atMs);
  }

  wants(found: ReadLog): boolean {
    return !this.#isStopped && !this.#sent.isDone(found.key) && this.#logs.wants(found);
  }

  saw(found: ReadLog, offset: number, bytes: Uint8Array): void {
    this.#logs.saw(found, offset, bytes);
  }

  originOf({ key, name }: ReadLog): RecordOrigin | undefined {
    return this.#jobs.originOf(key, name);
  }

  endRound(): void {
    this.#replayMarks();
    this.#logs.endLost();
    this.#flush();
  }

  /** Takes what a job says of itself. Never throws. */
  mark(mark: JobMark): MarkResult {
    this.#replayMarks();
    const { running } = this.#jobs;
    const result = this.#isStopped ? "ignored" : this.#take(mark);
    if (result === "taken") this.#marks.add({ mark, ...(running && { jobSpanId: running.identity.spanId }) });
    else this.#ignoredMarks++;
    this.#flush();
    return result;
  }

  /** Tells what was measured just now, for the peaks of what runs. */
  noteUse(use: Use): void {
    (this.#jobs.running ?? this.#claims.job)?.noteUse(use);
  }

  /** Calls `listener` for each step that somebody has killed and that has just ended. One listener at most. */
  onStepKilled(listener: (step: KilledStep) => void): void {
    this.#stepKilled = listener;
  }

  /** The jobs of this run, the newest last, with their steps. */
  report(): Stats {
    return { jobs: this.#jobs.all.map(jobReport) };
  }

  stats(): JobStats {
    return {
      jobs: this.#jobs.count,
      ended_jobs: this.#endedJobs,
      spans: this.#writer.spans,
      lines: this.#writer.lines,
      dropped_spans: this.#writer.dropped,
      ignored_marks: this.#ignoredMarks,
    };
  }

  /** Never worse than degraded: everything else works without spans. */
  health(): PartHealth {
    const { writeError } = this.#writer;
    if (writeError === undefined) return { status: "healthy" };
    return {
      status: "degraded",
      reason: "the spans of jobs cannot be noted, and wait",
      remedy: "make room on the disk of the base directory, or make it writable",
    };
  }

  /**
   * The run of the agent is over: what has no end gets one, as `error`, and goes into the ring as far as that takes it.
   * Call it after the runner's logs were read to their end. Idempotent.
   */
  stop(nowMs = Date.now()): void {
    if (this.#isStopped) return;
    this.#replayMarks();
    this.#isStopped = true;
    this.#claims.finish(nowMs);
    this.#logs.endAll(nowMs);
    if (!this.#writer.flush()) log.warn("Spans of jobs are left: the ring of traces takes nothing more");
    this.#marks.close();
    this.#sent.close();
    this.#folder.close();
  }

  #take(mark: JobMark): MarkResult {
    const result = this.#claims.take(mark, this.#jobs.running);
    if (this.#claims.job !== undefined) this.#jobs.add(this.#claims.job);
    this.#isCurrentOld = true;
    return result;
  }

  /** What jobs had said when the last run broke off, as soon as it is known which job runs. */
  #replayMarks(): void {
    if (this.#hasReplayed) return;
    this.#hasReplayed = true;
    const { left } = this.#marks;
    for (const { mark, jobSpanId } of left) if (this.#jobs.running?.identity.spanId === jobSpanId) this.#take(mark);
    const lastAtMs = left.at(-1)?.mark.atMs;
    if (lastAtMs !== undefined && lastAtMs < (this.#bootedAtMs ?? Number.NEGATIVE_INFINITY))
      this.#claims.finish(lastAtMs);
  }

  #found(job: Job): void {
    const claimed = this.#claims.moveTo(job);
    if (claimed !== undefined) this.#jobs.forget(claimed);
    log.info("A job has begun", { name: job.identity.name });
  }

  #stepEnded(job: Job, step: Step): void {
    this.#writer.add(this.#jobs.ownerOf(job), stepSpan(job, step));
    const killed = killedStep(step, Date.now());
    if (killed !== undefined) this.#stepKilled(killed);
  }

  #ended(job: Job): void {
    const owner = this.#jobs.ownerOf(job);
    this.#writer.add(owner, jobSpan(job));
    // A job that goes on while the agent is started anew is read on by the next run.
    if (!this.#isStopped) this.#writer.end(owner);
    if (this.#jobs.running === undefined && this.#claims.job === undefined) this.#marks.clear();
    this.#endedJobs++;
    this.#isCurrentOld = true;
    log.info("A job has ended", { name: job.identity.name, result: job.result, steps: job.steps.length });
  }

  #flush(): void {
    if (!this.#writer.flush() || this.#toldEnds === this.#endedJobs) return;
    this.#toldEnds = this.#endedJobs;
    this.#jobEnded();
  }
}
