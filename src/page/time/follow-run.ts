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
    const last =
      data.connection.kind === "fixed" ? (series.lastMs ?? state.nowMs) : Math.max(series.lastMs ?? 0, state.nowMs);
    axis.setWhole(first, last);
  };
  data.on(["series", "jobs", "connection"], follow);
}
