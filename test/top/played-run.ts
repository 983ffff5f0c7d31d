import type { LiveLog, LiveState } from "../../src/live/live-data.ts";
import { RunData } from "../../src/page/data/run-data.ts";
import { screenOf } from "../../src/top/draw-screen.ts";
import { inked } from "../../src/top/ink.ts";
import { LogWindow } from "../../src/top/log-window.ts";
import type { Seen, Size } from "../../src/top/seen.ts";
import { FIRST_VIEW, type View } from "../../src/top/view.ts";
import { LENGTH_S, playedState, START_MS } from "../page/played-job.ts";
import { playedLogs } from "../page/played-logs.ts";

export const NOW_MS = START_MS + LENGTH_S * 1000;
/** After so long the rates of the streams are known. */
const WATCHED_MS = 10_000;

/** The played job as somebody sees it who has looked for ten seconds. */
export function playedRun({
  state = playedState(),
  logs = playedLogs(500),
  filter = "",
}: { readonly state?: LiveState; readonly logs?: readonly LiveLog[]; readonly filter?: string } = {}): Seen {
  const data = new RunData();
  data.setState(state, NOW_MS - WATCHED_MS);
  const streams = Object.entries(state.streams).map(
    ([name, stream]) => [name, { ...stream, lines: stream.lines + 400, bytes: stream.bytes + 90_000 }] as const,
  );
  data.setState({ ...state, streams: Object.fromEntries(streams) }, NOW_MS);
  data.addLogs({ records: logs, leftOut: 0 });
  data.setConnection({ kind: "live" });
  return {
    data,
    state: data.state ?? state,
    nowMs: NOW_MS,
    seenMs: NOW_MS,
    wallMs: NOW_MS,
    lostReason: undefined,
    logNumbers: new LogWindow(data.logs).matching(filter),
  };
}

/** The rows of the screen as plain text. */
export function rowsOf(seen: Seen, size: Size, view: Partial<View> = {}): readonly string[] {
  return screenOf(seen, { ...FIRST_VIEW, ...view }, size).lines.map((line) => inked(line, "plain"));
}
