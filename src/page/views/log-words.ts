import type { LogStore } from "../data/log-store.ts";
import type { RunData } from "../data/run-data.ts";

/** How many lines are seen, of how many. `waiting`: those that came while it was paused. */
export function linesText(logs: LogStore, seen: number, waiting: number, isPaused: boolean): string {
  const all = logs.length - waiting;
  return [
    seen === all ? `${grouped(seen)} lines` : `${grouped(seen)} of ${grouped(logs.length)} lines`,
    ...(isPaused ? [`paused, ${grouped(waiting)} new`] : []),
    ...(logs.leftOut > 0 ? [`${grouped(logs.leftOut)} left out: they came too fast`] : []),
  ].join(" · ");
}

/** Why there is none at all, and how to get some. */
export function whyNoLines({ state, connection }: RunData): string {
  if (state?.maySeeTexts === false)
    return "Left out: you are another user of this machine. The notice above says how to see them.";
  if (connection.kind === "fixed") return "There are no log lines in this report.";
  return `No line yet. They come from the runner, the system log, and whatever sends OTLP to ${location.origin}/v1/logs.`;
}

/** `12,345`. */
function grouped(count: number): string {
  return count.toLocaleString("en");
}
