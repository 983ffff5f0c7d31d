import type { RunningJob, RunningStep } from "../job-pipeline.ts";
import type { Job } from "./job.ts";
import { stepSpanId } from "./span-line.ts";
import type { Step } from "./step.ts";

/** A job as the others see it while it runs. Undefined for none, and for one that is over. */
export function runningJob(job: Job | undefined): RunningJob | undefined {
  if (job === undefined || job.endedAtMs !== undefined) return undefined;
  const { traceId, spanId, attributes } = job.identity;
  const steps = job.openSteps.map((step) => runningStep(job, step));
  return { traceId, spanId, attributes, startedAtMs: job.startedAtMs, steps };
}

/** The runner may not have told which record a step has: then its span is not known, and the job's stands for it. */
function runningStep(job: Job, step: Step): RunningStep {
  const { name, startedAtMs, source } = step;
  const isKnown = step.id !== "" || source !== "runner";
  const spanId = isKnown ? stepSpanId(job, step) : job.identity.spanId;
  return { id: step.id || `${source}:${name}`, name, spanId, startedAtMs };
}
