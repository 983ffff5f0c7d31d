import { JOBS_MAX } from "./found-jobs.ts";
import type { ReadReport } from "./read-report.ts";

/** What a report does not show of what there was, a sentence each. Names of objects are in it as they came. */
export function leftOut({ counts, olderJobs, unowned, jobs }: ReadReport): readonly string[] {
  const logs = jobs.reduce((sum, job) => sum + job.logs.leftOut, 0);
  const spans = jobs.reduce((sum, job) => sum + job.spans.leftOut, 0);
  const events = jobs.reduce((sum, job) => sum + job.eventsLeftOut, 0);
  const unnamed = counts.unreadable - counts.unreadableNames.length;
  const sentences: readonly (readonly [number, string])[] = [
    [
      olderJobs,
      `${olderJobs} older jobs are left out; the newest ${JOBS_MAX} are shown, --from, --to and --job choose others`,
    ],
    [logs, `${logs} log lines are left out; the first errors and the last lines of each step are kept`],
    [spans, `${spans} spans are left out; the longest are kept`],
    [events, `${events} events are left out; the newest of each job are kept`],
    [unowned, `${unowned} records and data points are left out, because no job that is shown ran then`],
    [counts.strangeLines, `${counts.strangeLines} lines are left out, because they are no OTLP or too long`],
    [counts.foreign, `${counts.foreign} files are passed over, because their names are of no object`],
  ];
  return [
    ...sentences.filter(([count]) => count > 0).map(([, text]) => text),
    ...counts.unreadableNames.map((name) => `Cannot read ${name}`),
    ...(unnamed === 0 ? [] : [`and ${unnamed} more that cannot be read`]),
  ];
}
