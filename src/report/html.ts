import {
  REPORT_BLOCK,
  REPORT_INDEX_BLOCK,
  type ReportData,
  type ReportIndex,
  type ReportRow,
} from "../live/live-data.ts";
import type { ReportJob } from "./job-report.ts";
import { leftOut } from "./left-out.ts";
import type { ReadReport } from "./read-report.ts";
import { figuresOf } from "../live/series-figures.ts";

/** A browser opens it in a second or two, and it fits where people put artifacts. */
export const HTML_MAX_BYTES = 50 * 1024 * 1024;
const BODY_END = "</body>";
/** What is cut is cut a little more than it seems to need: the rest of a block stays as long as it is. */
const SHRINK = 0.95;
const LEAST_SHARE = 0.001;

/**
 * The report in one file that needs nothing else: `page` is the live page, which draws what it finds in its own document.
 * Not longer than `maxBytes`: where there is no room, the oldest logs and spans of a job are left out, and counted.
 */
export function* htmlOf(page: string, report: ReadReport, maxBytes = HTML_MAX_BYTES): Generator<string> {
  const end = page.lastIndexOf(BODY_END);
  yield page.slice(0, end);
  const index = block(REPORT_INDEX_BLOCK, indexOf(report));
  yield index;
  let roomBytes = maxBytes - Buffer.byteLength(page) - Buffer.byteLength(index);
  for (const [at, job] of report.jobs.entries()) {
    const text = fitting(`${REPORT_BLOCK}-${at}`, job, roomBytes / (report.jobs.length - at));
    roomBytes -= Buffer.byteLength(text);
    yield text;
  }
  yield page.slice(end);
}

/** The block of a job in at most `maxBytes`, if what is no log and no span leaves room for that. */
function fitting(id: string, job: ReportJob, maxBytes: number): string {
  for (let share = 1; ;) {
    const text = block(id, dataOf(job, share));
    const bytes = Buffer.byteLength(text);
    if (bytes <= maxBytes || share < LEAST_SHARE) return text;
    share *= (SHRINK * Math.max(0, maxBytes)) / bytes;
  }
}

/** With the newest part of the logs and spans. */
function dataOf({ state, logs, spans, processes }: ReportJob, share: number): ReportData {
  const shownLogs = newest(logs.records, share);
  const shownSpans = newest(spans.records, share);
  return {
    state,
    logs: shownLogs,
    spans: shownSpans,
    processes,
    leftOut: {
      logs: logs.leftOut + logs.records.length - shownLogs.length,
      spans: spans.leftOut + spans.records.length - shownSpans.length,
    },
  };
}

function newest<T>(all: readonly T[], share: number): readonly T[] {
  return all.slice(all.length - Math.floor(all.length * share));
}

function indexOf(report: ReadReport): ReportIndex {
  return { jobs: report.jobs.map(rowOf), notes: leftOut(report) };
}

function rowOf({ host, state }: ReportJob): ReportRow {
  const [job] = state.jobs;
  const { startedAtMs, nowMs, series, events } = state;
  const cpu = figuresOf(series, "cpu.mean", startedAtMs, nowMs);
  const memory = figuresOf(series, "memory.used", startedAtMs, nowMs);
  return {
    host,
    ...(job !== undefined && { job: { ...job, steps: [] } }),
    startedAtMs,
    endedAtMs: nowMs,
    ...(cpu !== undefined && { cpuMean: cpu.mean }),
    ...(memory !== undefined && { memoryMax: memory.max }),
    events: events.length,
  };
}

/** A text of a job cannot end the block: `<` is written so that it is none in HTML. */
function block(id: string, value: ReportIndex | ReportData): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>\n`;
}
