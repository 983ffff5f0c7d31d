import type { LiveLog, LiveState } from "../../live/live-data.ts";
import type { RunData } from "./run-data.ts";

/** The `id` of the data block of a report: `<script type="application/json" id="run-data">`. */
const DATA_BLOCK = "run-data";

/** What a report has in it. In the JSON, `<` is written `\u003c`, so that no text can end the block. */
export interface EmbeddedRun {
  readonly state: LiveState;
  readonly logs: readonly LiveLog[];
  readonly leftOut: number;
}

/** Undefined when the document has no data of its own: then it is the live page. */
export function embeddedRun(): EmbeddedRun | undefined {
  const text = document.getElementById(DATA_BLOCK)?.textContent;
  return text === undefined || text === null ? undefined : JSON.parse(text);
}

/** Fills `data` once. */
export function showEmbedded(data: RunData, { state, logs, leftOut }: EmbeddedRun): void {
  data.setState(state, state.nowMs);
  data.addLogs({ records: logs, leftOut });
  data.setConnection({ kind: "fixed" });
}
