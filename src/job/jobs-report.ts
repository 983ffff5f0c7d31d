import type { Stats } from "../pipeline.ts";
import type { Job } from "./job.ts";
import { stepSpanId } from "./span-line.ts";
import type { Step } from "./step.ts";

/** One job with its steps in the form of `Control.jobs`. What is not known, as the end of what runs, is absent. */
export function jobReport(job: Job): Stats {
  const { identity, source, steps } = job;
  const { traceId, spanId, name, jobId, url, attributes } = identity;
  return {
    name,
    id: jobId,
    trace_id: traceId,
    span_id: spanId,
    url,
    source,
    ...times(job),
    ...peaksOf(job),
    attributes,
    steps: steps.map((step) => stepReport(job, step)),
  };
}

function stepReport(job: Job, step: Step): Stats {
  const { name, id, source } = step;
  return { name, id, span_id: stepSpanId(job, step), source, ...times(step), ...peaksOf(step) };
}

function peaksOf({ peaks: { cpuCores, memoryBytes } }: Pick<Job, "peaks">): Stats {
  return {
    ...(cpuCores === 0 ? {} : { peak_cpu_cores: cpuCores }),
    ...(memoryBytes === 0 ? {} : { peak_memory_bytes: memoryBytes }),
  };
}

function times({
  startedAtMs,
  endedAtMs,
  result,
  errorType,
}: Pick<Job, "startedAtMs" | "endedAtMs" | "result" | "errorType">): Stats {
  return {
    started_at_ms: startedAtMs,
    ...(endedAtMs === undefined ? {} : { ended_at_ms: endedAtMs }),
    ...(result === undefined ? {} : { result }),
    ...(errorType === "" || errorType === undefined ? {} : { error_type: errorType }),
  };
}
