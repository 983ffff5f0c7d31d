import type { RunData } from "../data/run-data.ts";
import type { TimeAxis } from "./time-axis.ts";
import { wholeRun } from "./whole-run.ts";

/** Keeps the whole of the axis at the whole of the run: from the first that is known to the newest. */
export function followRun(data: RunData, axis: TimeAxis): void {
  const follow = (): void => {
    const nowMs = data.isReport ? (data.state?.nowMs ?? 0) : data.agentNowMs(Date.now());
    const range = wholeRun(data, nowMs);
    if (range !== undefined) axis.setWhole(range.minMs, range.maxMs);
  };
  data.on(["series", "jobs", "connection"], follow);
  // Without samples nothing else tells that time passes.
  setInterval(() => {
    if (data.series.length === 0 && data.connection.kind === "live" && !document.hidden) follow();
  }, 1000);
}
