import type { Clock } from "../lib/clock.ts";
import { RunData } from "../page/data/run-data.ts";
import { pictureOf } from "./draw-screen.ts";
import { inked } from "./ink.ts";
import { LiveFeed, type LiveFeedOptions } from "./live-feed.ts";
import { LogWindow } from "./log-window.ts";
import { LostError } from "./lost-error.ts";
import { takeMessage } from "./read-message.ts";
import { FIRST_VIEW } from "./view.ts";

/** The log comes right behind the state, if there is one. */
const LOG_WAIT_MS = 200;
/** A page of a book, for a picture that is no screen. */
const ROWS = 48;

export interface OnePictureOptions extends Pick<LiveFeedOptions, "open"> {
  readonly columns: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly wallMs: () => number;
}

/** The overview as plain text, once; each line ends with a line end. Rejects with a LostError. */
export async function onePicture({ open, columns, clock, stop, wallMs }: OnePictureOptions): Promise<string> {
  const data = new RunData();
  const end = new AbortController();
  const done = Promise.withResolvers<void>();
  const feed = new LiveFeed({
    open,
    clock,
    stop: AbortSignal.any([stop, end.signal]),
    onMessage: (name, json) => {
      takeMessage(data, name, json, wallMs());
      if (name === "state") clock.after(LOG_WAIT_MS, done.resolve);
      else if (name === "logs") done.resolve();
    },
    onLost: (reason) => done.reject(new LostError(reason)),
  });
  // Timers do not keep the process alive; the connection does.
  void feed.follow().then(() => done.reject(new LostError("a signal ended the wait")));
  try {
    await done.promise;
  } finally {
    end.abort();
  }
  const { state } = data;
  if (state === undefined) throw new LostError("it tells no state");
  const now = wallMs();
  const logNumbers = new LogWindow(data.logs).matching("");
  const seen = {
    data,
    state,
    nowMs: data.agentNowMs(now),
    seenMs: now,
    wallMs: now,
    lostReason: undefined,
    logNumbers,
  };
  const lines = pictureOf(seen, FIRST_VIEW, { columns, rows: ROWS });
  return lines.map((line) => `${inked(line, "plain").trimEnd()}\n`).join("");
}
