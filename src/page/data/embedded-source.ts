import { REPORT_BLOCK, REPORT_INDEX_BLOCK, type ReportData, type ReportIndex } from "../../live/live-data.ts";
import type { RunData } from "./run-data.ts";

/** Undefined when the document has no data of its own: then it is the live page. */
export function embeddedIndex(): ReportIndex | undefined {
  const text = textOf(REPORT_INDEX_BLOCK);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Fills `data` with one job, by its place in the index: what the charts need now, the rest when they are drawn. */
export function showReport(data: RunData, place: number): void {
  data.setConnection({ kind: "fixed" });
  const text = textOf(`${REPORT_BLOCK}-${place}`);
  if (text === undefined) return;
  const { state, logs, spans, processes = [], leftOut = {} }: ReportData = JSON.parse(text);
  data.setState(state, state.nowMs);
  requestAnimationFrame(() => {
    setTimeout(() => {
      data.addProcesses(processes);
      data.addLogs({ records: logs, leftOut: leftOut.logs ?? 0 });
      data.addSpans({ records: spans, leftOut: leftOut.spans ?? 0 });
    });
  });
}

function textOf(id: string): string | undefined {
  return document.getElementById(id)?.textContent ?? undefined;
}
