import { type Attributes, type JobMark, type MarkResult, type Result, RESULTS } from "../job-pipeline.ts";
import { ownTraceIdOf, spanIdOf, traceIdOf } from "./ids.ts";
import { Job } from "./job.ts";
import { type JobIdentity, withoutEmpty } from "./job-identity.ts";
import { shortText } from "./short-text.ts";
import { newStep, type Step } from "./step.ts";

/** Steps that one job may claim. */
const CLAIMS_MAX = 1000;
const ATTRIBUTES_MAX = 16;
const ATTRIBUTE_NAME = /^[a-z][a-z0-9_.]{0,63}$/;
/** A job of which nobody has said that it begins. */
const UNNAMED = "job";

export interface ClaimsOptions {
  /** Tells the jobs of this machine from those of others. */
  readonly hostName: string;
  readonly stepEnded: (job: Job, step: Step) => void;
  /** The job is over, and its steps are. */
  readonly jobEnded: (job: Job) => void;
}

/**
 * What jobs say of themselves. Within a job that the runner's own log tells, they add steps and change nothing. Where no
 * log does, they make a job. Anybody on the machine may say anything: it is cut to lengths, counted, and labelled.
 */
export class Claims {
  readonly #options: ClaimsOptions;
  #job: Job | undefined;
  /** The job began with a step: nobody will tell its result. */
  #isImplied = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** The job that is claimed now. */
  get job(): Job | undefined {
    return this.#job;
  }

  /** `running` is the job of the runner's own log. */
  take(mark: JobMark, running: Job | undefined): MarkResult {
    if (!Number.isFinite(mark.atMs)) return "ignored";
    switch (mark.kind) {
      case "job-start":
        if (running !== undefined) return "ignored";
        this.#begin(mark, false);
        return "taken";
      case "job-end":
        if (running !== undefined || this.#job === undefined) return "ignored";
        this.#job.result = resultOf(mark);
        this.#isImplied ||= this.#job.result === undefined;
        this.finish(mark.atMs);
        return "taken";
      case "step-start":
        return this.#startStep(mark, running ?? this.#job ?? this.#begin({ ...mark, name: UNNAMED }, true));
      case "step-end":
        return endStep(mark, running ?? this.#job);
    }
  }

  /** The runner's log tells of a job: what was claimed before belongs to it. Returns the claimed job, which is none. */
  moveTo(job: Job): Job | undefined {
    const claimed = this.#job;
    for (const step of claimed?.openSteps ?? []) job.add(step);
    this.#job = undefined;
    return claimed;
  }

  /** Ends the claimed job. Safe without one. */
  finish(atMs: number): void {
    const job = this.#job;
    this.#job = undefined;
    if (job === undefined) return;
    job.finish(atMs, this.#isImplied ? "unsaid" : "error");
    this.#options.jobEnded(job);
  }

  #begin(mark: JobMark, isImplied: boolean): Job {
    this.finish(mark.atMs);
    const { hostName, stepEnded } = this.#options;
    const beginning = { identity: claimedIdentity(mark, hostName), source: mark.source, startedAtMs: mark.atMs };
    const job: Job = new Job(beginning, (step) => stepEnded(job, step));
    this.#job = job;
    this.#isImplied = isImplied;
    return job;
  }

  #startStep({ name, source, atMs, attributes = {} }: JobMark, job: Job): MarkResult {
    if (job.steps.filter((step) => step.source !== "runner").length >= CLAIMS_MAX) return "too-many";
    const step = newStep({
      name: shortText(name) || "step",
      source,
      startedAtMs: atMs,
      attributes: bounded(attributes),
      isBackground: true,
    });
    return job.add(step) ? "taken" : "too-many";
  }
}

/** The newest claimed step of that name. */
function endStep(mark: JobMark, job: Job | undefined): MarkResult {
  const name = shortText(mark.name) || "step";
  const step = job?.openSteps.findLast((open) => open.source !== "runner" && open.name === name);
  if (job === undefined || step === undefined) return "ignored";
  step.attributes = bounded({ ...step.attributes, ...mark.attributes });
  job.end(step, mark.atMs, resultOf(mark));
  return "taken";
}

function claimedIdentity({ name, source, atMs, attributes = {} }: JobMark, hostName: string): JobIdentity {
  const claimed = bounded(attributes);
  const jobId = `${source} ${atMs} ${shortText(name)}`;
  const traceId = claimedTraceId(claimed) ?? ownTraceIdOf(hostName, jobId);
  const jobName = shortText(name) || UNNAMED;
  return {
    traceId,
    spanId: spanIdOf(traceId, jobId),
    jobId,
    name: jobName,
    timelineId: "",
    url: claimed["cicd.pipeline.task.run.url.full"] ?? "",
    attributes: { ...claimed, "cicd.pipeline.task.name": jobName },
  };
}

/** The trace of the run, where a hook knows it. */
function claimedTraceId(attributes: Attributes): string | undefined {
  const runId = attributes["cicd.pipeline.run.id"];
  const url = URL.parse(attributes["vcs.repository.url.full"] ?? "");
  if (runId === undefined || url === null) return undefined;
  const attempt = attributes["warp_telemetry.run.attempt"] ?? "1";
  return traceIdOf({ serverUrl: url.origin, repository: url.pathname.slice(1), runId, attempt });
}

function bounded(attributes: Attributes): Attributes {
  const named = Object.entries(attributes).filter(([name]) => ATTRIBUTE_NAME.test(name));
  return withoutEmpty(Object.fromEntries(named.slice(0, ATTRIBUTES_MAX)));
}

function resultOf({ result }: JobMark): Result | undefined {
  return RESULTS.find((known) => known === result);
}
