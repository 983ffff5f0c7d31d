import type { RunData } from "../data/run-data.ts";
import type { TimeRange } from "./time-axis.ts";

/** From the first that is known of the run to the newest. `nowMs` is the agent's wall time. Undefined before a state came. */
export function wholeRun({ state, series }: RunData, nowMs: number): TimeRange | undefined {
  if (state === undefined) return undefined;
  const starts = state.jobs.map(({ startedAtMs }) => startedAtMs);
  if (series.length > 0) starts.push(series.firstMs);
  const minMs = starts.length === 0 ? state.startedAtMs : Math.min(...starts);
  const ends = state.jobs.flatMap(({ endedAtMs, steps }) => [
    endedAtMs ?? 0,
    ...steps.map((step) => step.endedAtMs ?? 0),
  ]);
  return { minMs, maxMs: Math.max(series.lastMs ?? nowMs, ...ends) };
}
