import { REPORT_BLOCK, type ReportData } from "../../live/live-data.ts";
import type { RunData } from "./run-data.ts";

/** Undefined when the document has no data of its own: then it is the live page. */
export function embeddedReport(): ReportData | undefined {
  const text = document.getElementById(REPORT_BLOCK)?.textContent;
  return text === undefined || text === null ? undefined : JSON.parse(text);
}

/** Fills `data` once: what the charts need now, logs and spans when the charts are drawn. */
export function showReport(data: RunData, { state, logs, spans, leftOut = {} }: ReportData): void {
  data.setConnection({ kind: "fixed" });
  data.setState(state, state.nowMs);
  requestAnimationFrame(() => {
    setTimeout(() => {
      data.addLogs({ records: logs, leftOut: leftOut.logs ?? 0 });
      data.addSpans({ records: spans, leftOut: leftOut.spans ?? 0 });
    });
  });
}
