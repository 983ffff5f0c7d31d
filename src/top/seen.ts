import type { LiveState } from "../live/live-data.ts";
import type { RunData } from "../page/data/run-data.ts";

/** What is drawn at one moment. */
export interface Seen {
  readonly data: RunData;
  readonly state: LiveState;
  /** Wall time of the agent, which need not be ours. It stands still in a pause. */
  readonly nowMs: number;
  /** The same moment in our own wall time. */
  readonly seenMs: number;
  /** Our own wall time in ms. */
  readonly wallMs: number;
  /** Why there is no connection; undefined while there is one. */
  readonly lostReason: string | undefined;
  /** The records of the log that pass the filter, by their numbers. */
  readonly logNumbers: readonly number[];
}

/** Of a screen, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The longest text of others that is looked at for one row: wider than any terminal. */
export const TEXT_MAX_CHARS = 1000;
