import type { RecordOrigin } from "../job-pipeline.ts";
import { spanIdOf } from "./ids.ts";
import type { Job } from "./job.ts";
import { pageName } from "./page-name.ts";
import type { SpanOwner } from "./span-writer.ts";

/** Jobs that are remembered. Their last pages are read soon after their ends. */
const JOBS_MAX = 32;

/** So long after its end lines of a job still come: those that others have kept back, and its own spans. */
const LINGERS_MS = 60_000;
const RUN_ID = "cicd.pipeline.run.id";

/** Where the runner's own log of a job is. */
export interface JobLog {
  readonly key: string;
  /** Of all logs of its runner. */
  readonly folder: string;
}

interface Known {
  readonly job: Job;
  readonly folder: string | undefined;
  readonly owner: SpanOwner;
  /** Of its Worker log's records. */
  readonly origin: RecordOrigin;
}

/** The jobs of this run: those that run and the last ones that have ended. */
export class KnownJobs {
  /** So far. */
  count = 0;
  /** By the id of the job's span, in the order in which they were found. */
  readonly #known = new Map<string, Known>();

  /** Adds a job, of the runner's log or a claimed one. Safe to call twice. False for a job that another log tells. */
  add(job: Job, log?: JobLog): boolean {
    const { spanId, traceId, attributes } = job.identity;
    const known = this.#known.get(spanId);
    if (known !== undefined) return known.job === job;
    const origin = { attributes, traceId, spanId, stepId: undefined };
    this.#known.set(spanId, { job, folder: log?.folder, owner: ownerOf(job, log), origin });
    this.count++;
    if (this.#known.size > JOBS_MAX) this.#forgetOne();
    return true;
  }

  get all(): readonly Job[] {
    return [...this.#known.values()].map(({ job }) => job);
  }

  /** The job that runs by its runner's log; the newest one, if several runners have one. */
  get running(): Job | undefined {
    let newest: Job | undefined;
    for (const { job } of this.#known.values()) {
      if (job.endedAtMs !== undefined || job.source !== "runner") continue;
      if (newest === undefined || job.startedAtMs >= newest.startedAtMs) newest = job;
    }
    return newest;
  }

  /**
   * The id of the CI run that lines are of which came since then (wall ms): that of the newest job whose lines they may be.
   * Text of the job. Undefined when it is not known.
   */
  runSince(atMs: number): string | undefined {
    let newest: Job | undefined;
    for (const { job } of this.#known.values()) {
      const isOver = job.endedAtMs !== undefined && job.endedAtMs + LINGERS_MS < atMs;
      if (!isOver && (newest === undefined || job.startedAtMs >= newest.startedAtMs)) newest = job;
    }
    return newest?.identity.attributes[RUN_ID];
  }

  /** Another job has begun after it at the same runner, which runs one at a time. */
  hasFollower({ identity, startedAtMs }: Job): boolean {
    const folder = this.#known.get(identity.spanId)?.folder;
    return [...this.#known.values()].some((other) => other.folder === folder && other.job.startedAtMs > startedAtMs);
  }

  /** It was claimed, and is another one's. */
  forget({ identity }: Job): void {
    this.#known.delete(identity.spanId);
  }

  ownerOf(job: Job): SpanOwner {
    return this.#known.get(job.identity.spanId)?.owner ?? ownerOf(job);
  }

  /** Whose the records of a log are: a page's by its name, a Worker log's by its key. */
  originOf(logKey: string, name: string): RecordOrigin | undefined {
    const page = pageName(name);
    for (const { job, owner, origin } of this.#known.values()) {
      if (owner.logKey === logKey) return origin;
      const { timelineId, traceId, jobId } = job.identity;
      if (page === undefined || timelineId === "" || timelineId !== page.timelineId) continue;
      return { ...origin, spanId: spanIdOf(traceId, jobId, page.stepId), stepId: page.stepId };
    }
    if (page === undefined) return undefined;
    return { attributes: undefined, traceId: undefined, spanId: undefined, stepId: page.stepId };
  }

  /** The oldest that is over, or else the oldest. */
  #forgetOne(): void {
    const all = [...this.#known];
    const [spanId] = all.find(([, { job }]) => job.endedAtMs !== undefined) ?? all[0] ?? [];
    if (spanId !== undefined) this.#known.delete(spanId);
  }
}

/** What was sent of a claimed job is noted under its name, as if that were a log. */
function ownerOf({ identity: { spanId, attributes, jobId } }: Job, log?: JobLog): SpanOwner {
  return { logKey: log?.key ?? `claimed ${jobId}`, spanId, attributes };
}
