import type { RunData } from "../data/run-data.ts";
import { shownInLine } from "../text/ansi.ts";
import { dateText, durationText, zoneText } from "../../lib/quantities.ts";
import type { TimeAxis } from "../time/time-axis.ts";
import { byId, setText } from "./dom.ts";

const NAME_MAX_CHARS = 120;

/** The head of a report: of which time it is, in place of how an agent is now. */
export function bindReportHead(data: RunData, axis: TimeAxis): void {
  const draw = (): void => {
    const { state, isReport } = data;
    if (!isReport || state === undefined) return;
    const { minMs, maxMs } = axis.whole;
    const job = state.jobs.at(-1);
    const name = job === undefined ? "" : `${shownInLine(job.name, NAME_MAX_CHARS)} · `;
    document.title = `${name}report of ${dateText(minMs)} · warp-telemetry`;
    byId("log-pause").hidden = true;
    setText(byId("health-status"), "Report");
    setText(
      byId("health-about"),
      `${dateText(minMs)} to ${dateText(maxMs)} ${zoneText(maxMs)} (${durationText(maxMs - minMs)}) · made by version ${shownInLine(state.version, NAME_MAX_CHARS)}`,
    );
  };
  data.on(["jobs", "connection"], draw);
  axis.onRange(draw);
}
