import type { LogStore } from "../data/log-store.ts";
import type { RunData } from "../data/run-data.ts";
import { clockText, counted, grouped } from "../../lib/quantities.ts";

/** How many lines are seen, of how many. `waiting`: those that came while it was paused. */
export function linesText(logs: LogStore, seen: number, waiting: number, isPaused: boolean): string {
  const all = logs.length - waiting;
  const first = logs.record(logs.firstNumber);
  return [
    seen === all ? counted(seen, "line") : `${grouped(seen)} of ${counted(logs.length, "line")}`,
    ...(isPaused ? [`paused, ${grouped(waiting)} new`] : []),
    ...(logs.leftOut > 0 ? [`${grouped(logs.leftOut)} left out: they were too many`] : []),
    ...(logs.firstNumber > 0 ? [`the oldest ${grouped(logs.firstNumber)} are dropped`] : []),
    ...(logs.hasEarlier && first !== undefined
      ? [`begins at ${clockText(first.atMs)}, with the newest that the agent held`]
      : []),
  ].join(" · ");
}

/** Why there is none at all, and how to get some. */
export function whyNoLines({ state, isReport, logs }: RunData): string {
  if (state?.maySeeTexts === false)
    return "Left out: you are another user of this machine. The notice above says how to see them.";
  if (isReport) return "There are no log lines in this report.";
  if (logs.hasEarlier)
    return "No line since you opened this page. Earlier ones are uploaded, and the agent does not hold them.";
  return `No line yet. They come from the runner, the system log, and whatever sends OTLP to ${location.origin}/v1/logs.`;
}
