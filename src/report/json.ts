import type { LiveJob, LiveStep } from "../live/live-data.ts";
import { leftOut } from "./left-out.ts";
import type { ReportJob } from "./job-report.ts";
import type { ReadReport } from "./read-report.ts";

/**
 * The report for programs, as one JSON object: `{ jobs: [{ host, name, result, source, trace_id, attributes, started_at_ms,
 * ended_at_ms, cores, memory_bytes, steps, events, series, logs, logs_left_out }], left_out: [text] }`. Times are in ms since
 * 1970; `series` has buckets of `bucket_ms` from `first_ms` on, with `min`, `mean` and `max`, null where nothing was
 * measured; shares are 0 to 1, the network is bytes a second. A machine without a job has no name. What is not known is absent.
 */
export function* jsonOf(report: ReadReport): Generator<string> {
  yield '{"jobs":[';
  for (const [at, job] of report.jobs.entries()) yield `${at === 0 ? "" : ","}\n${JSON.stringify(jobOf(job))}`;
  yield `\n],"left_out":${JSON.stringify(leftOut(report))}}\n`;
}

function jobOf({ host, state, logs }: ReportJob): object {
  const { series, events } = state;
  const [job] = state.jobs;
  return {
    host,
    ...(job !== undefined && identityOf(job)),
    cores: series.cores,
    memory_bytes: series.memoryBytes,
    steps: job?.steps.map((step) => ({ id: step.id, ...timesOf(step) })) ?? [],
    events: events.map(({ atMs, name, severity, text }) => ({ at_ms: atMs, name, severity, text })),
    series: { first_ms: series.firstMs, bucket_ms: series.bucketMs, values: series.values },
    logs: logs.records.map(({ atMs, stream, severity, text, stepId }) => ({
      at_ms: atMs,
      stream,
      severity,
      text,
      step_id: stepId,
    })),
    logs_left_out: logs.leftOut,
  };
}

function identityOf(job: LiveJob): object {
  return { ...timesOf(job), trace_id: job.traceId, attributes: job.attributes };
}

function timesOf({ name, result, source, startedAtMs, endedAtMs }: Omit<LiveStep, "id">): object {
  return { name, result, source, started_at_ms: startedAtMs, ended_at_ms: endedAtMs };
}
