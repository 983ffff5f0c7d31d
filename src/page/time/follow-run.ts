import type { RunData } from "../data/run-data.ts";
import type { TimeAxis } from "./time-axis.ts";

/** Keeps the whole of the axis at the whole of the run: from the first that is known to the newest. */
export function followRun(data: RunData, axis: TimeAxis): void {
  const follow = (): void => {
    const { state, series } = data;
    if (state === undefined) return;
    const starts = state.jobs.map(({ startedAtMs }) => startedAtMs);
    if (series.length > 0) starts.push(series.firstMs);
    const first = starts.length === 0 ? state.startedAtMs : Math.min(...starts);
    const nowMs = data.isReport ? state.nowMs : data.agentNowMs(Date.now());
    const ends = state.jobs.flatMap(({ endedAtMs, steps }) => [
      endedAtMs ?? 0,
      ...steps.map((step) => step.endedAtMs ?? 0),
    ]);
    axis.setWhole(first, Math.max(series.lastMs ?? nowMs, ...ends));
  };
  data.on(["series", "jobs", "connection"], follow);
  // Without samples nothing else tells that time passes.
  setInterval(() => {
    if (data.series.length === 0 && data.connection.kind === "live" && !document.hidden) follow();
  }, 1000);
}
