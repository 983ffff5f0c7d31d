import type { ReadLog } from "../job-pipeline.ts";
import { Job } from "./job.ts";
import type { JobEvent } from "./job-event.ts";
import { identityOf } from "./job-identity.ts";
import type { JobMessage } from "./job-message.ts";
import type { KnownJobs } from "./known-jobs.ts";
import type { Step } from "./step.ts";
import { WorkerLog } from "./worker-log.ts";

/** Logs that are read at once, a line of each in memory. A runner has one; beyond that the oldest goes. */
const LOGS_MAX = 64;
/** A log that has not changed for so long is that of a job of the past: jobs write into theirs all the time. */
const OLD_MS = 24 * 60 * 60 * 1000;
/** A job that another one has followed gets its end when nothing more has come of its log for so long. */
const LOST_AFTER_MS = 15_000;
const NAME = /^Worker_.*\.log$/;

export interface WorkerLogsOptions {
  readonly jobs: KnownJobs;
  readonly workerName: string;
  readonly nowMs: () => number;
  readonly bootedAtMs: number | undefined;
  readonly stepEnded: (job: Job, step: Step) => void;
  readonly jobFound: (job: Job) => void;
  readonly jobEnded: (job: Job) => void;
  /** Something of a running job is not as it was. */
  readonly changed: () => void;
}

/** A log whose job is not over. */
interface OpenLog {
  readonly key: string;
  readonly folder: string;
  readonly log: WorkerLog;
  job: Job | undefined;
  /** When the file had last changed when it was found, in wall ms. */
  readonly foundAtMs: number;
  /** Monotonic. */
  changedAtMs: number;
}

/** The Worker logs whose jobs are not over: what they tell, and which of them will never tell an end. */
export class WorkerLogs {
  readonly #options: WorkerLogsOptions;
  readonly #open = new Map<string, OpenLog>();

  constructor(options: WorkerLogsOptions) {
    this.#options = options;
  }

  /** Whether it is one that is read. */
  wants({ key, name, folder, changedAtMs }: ReadLog): boolean {
    if (!NAME.test(name) || Date.now() - changedAtMs > OLD_MS) return false;
    const log = new WorkerLog((event) => this.#take(open, event));
    const nowMs = this.#options.nowMs();
    const open: OpenLog = { key, folder, log, job: undefined, foundAtMs: changedAtMs, changedAtMs: nowMs };
    this.#open.set(key, open);
    if (this.#open.size > LOGS_MAX) this.#dropOne();
    return true;
  }

  saw({ key }: ReadLog, offset: number, bytes: Uint8Array): void {
    const open = this.#open.get(key);
    if (open === undefined) return;
    open.changedAtMs = this.#options.nowMs();
    open.log.add(offset, bytes);
    if (open.job?.endedAtMs !== undefined) this.#open.delete(key);
  }

  /** Ends the jobs whose end will never come: another job has followed in the folder, or the machine was started anew. */
  endLost(): void {
    const { bootedAtMs = Number.NEGATIVE_INFINITY, nowMs } = this.#options;
    for (const open of this.#open.values()) {
      const { job, log, changedAtMs } = open;
      if (job === undefined || nowMs() - changedAtMs < LOST_AFTER_MS) continue;
      const lastAtMs = log.lastAtMs ?? job.startedAtMs;
      if (lastAtMs < bootedAtMs || this.#options.jobs.hasFollower(job)) this.#end(open, lastAtMs);
    }
  }

  /** Ends all of them: this run of the agent is over. */
  endAll(nowMs: number): void {
    for (const open of this.#open.values()) this.#end(open, nowMs);
  }

  #take(open: OpenLog, event: JobEvent): void {
    if (event.kind === "job-found") this.#begin(open, event.atMs, event.message);
    if (!this.#open.has(open.key)) return;
    // A log that has grown too long for the runner goes on in another one, without a message.
    open.job ??= [...this.#open.values()].find(({ folder, job }) => folder === open.folder && job !== undefined)?.job;
    const { job } = open;
    if (job === undefined || job.endedAtMs !== undefined) return;
    job.apply(event);
    this.#options.changed();
    if (event.kind === "job-ended") this.#options.jobEnded(job);
  }

  #begin(open: OpenLog, startedAtMs: number, message: JobMessage): void {
    if (open.job !== undefined) return;
    const { jobs, workerName, stepEnded, jobFound } = this.#options;
    const identity = identityOf(message, open.key, workerName);
    const beginning = { identity, source: "runner" as const, startedAtMs, steps: message.steps };
    const job: Job = new Job(beginning, (step) => stepEnded(job, step));
    // A copy of a log tells nothing new.
    if (!jobs.add(job, open)) return void this.#open.delete(open.key);
    open.job = job;
    jobFound(job);
  }

  #end(open: OpenLog, atMs: number): void {
    this.#open.delete(open.key);
    const { job } = open;
    if (job === undefined || job.endedAtMs !== undefined) return;
    job.finish(atMs);
    this.#options.jobEnded(job);
  }

  #dropOne(): void {
    const [oldest] = [...this.#open.values()].toSorted((one, other) => one.foundAtMs - other.foundAtMs);
    if (oldest !== undefined) this.#end(oldest, oldest.log.lastAtMs ?? Date.now());
  }
}
