import type { MetricTable } from "./metric.ts";

/** Of what knows the jobs of this machine. */
export const JOB_METRICS = {
  jobs: {
    kind: "gauge",
    unit: "jobs",
    help: "Jobs that are known of this run",
    prometheus: "warp_telemetry_jobs",
  },
  ended_jobs: {
    kind: "counter",
    unit: "jobs",
    help: "Jobs that have ended",
    prometheus: "warp_telemetry_ended_jobs_total",
  },
  spans: {
    kind: "counter",
    unit: "spans",
    help: "Spans of jobs and steps that the ring has taken",
    prometheus: "warp_telemetry_job_spans_total",
  },
  lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines with these spans",
    prometheus: "warp_telemetry_job_lines_total",
  },
  dropped_spans: {
    kind: "counter",
    unit: "spans",
    help: "Spans that were too many to wait for the ring",
    prometheus: "warp_telemetry_job_dropped_spans_total",
  },
  ignored_marks: {
    kind: "counter",
    unit: "marks",
    help: "Marks that fit nothing that is known, or that were too many",
    prometheus: "warp_telemetry_job_ignored_marks_total",
  },
} as const satisfies MetricTable;
