import { originOf } from "../live/job-origin.ts";
import type { LiveJob, LiveStep } from "../live/live-data.ts";
import type { ReportJob } from "./job-report.ts";
import { figuresOf } from "../live/series-figures.ts";

const HEAD = [
  "host",
  "repository",
  "workflow",
  "run_id",
  "run_attempt",
  "job",
  "step",
  "result",
  "started_at",
  "ended_at",
  "duration_s",
  "cpu_mean_percent",
  "cpu_max_percent",
  "memory_max_percent",
  "trace_id",
] as const;
const PERCENT = 100;
const MS_PER_S = 1000;
/** What a spreadsheet would take for a formula: such a text gets a quote before it. */
const FORMULA = /^[=+\-@\t\r]/;

/** A table: a row a job, and below it a row a step (RFC 4180). Times are UTC; what is not known is empty. */
export function* csvOf(jobs: readonly ReportJob[]): Generator<string> {
  yield rowOf(HEAD);
  for (const report of jobs) {
    for (const job of report.state.jobs) {
      yield rowOf(cellsOf(report, job, job, ""));
      for (const step of job.steps) yield rowOf(cellsOf(report, job, step, step.name));
    }
  }
}

function cellsOf(
  { host, state }: ReportJob,
  job: LiveJob,
  timed: Omit<LiveStep, "id">,
  step: string,
): readonly string[] {
  const { traceId } = job;
  const { startedAtMs, endedAtMs, result } = timed;
  const toMs = endedAtMs ?? state.nowMs;
  const cpu = figuresOf(state.series, "cpu.mean", startedAtMs, toMs);
  const memory = figuresOf(state.series, "memory.used", startedAtMs, toMs);
  const { repository, workflow, runId, attempt } = originOf(job);
  return [
    host,
    repository,
    workflow,
    runId,
    attempt,
    job.name,
    step,
    result ?? "",
    timeText(startedAtMs),
    endedAtMs === undefined ? "" : timeText(endedAtMs),
    endedAtMs === undefined ? "" : ((endedAtMs - startedAtMs) / MS_PER_S).toFixed(3),
    percent(cpu?.mean),
    percent(cpu?.max),
    percent(memory?.max),
    traceId,
  ];
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : (share * PERCENT).toFixed(1);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function rowOf(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(",")}\r\n`;
}

function cellOf(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
