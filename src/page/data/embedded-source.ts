import type { LiveMessages, LiveState } from "../../live/live-data.ts";
import type { RunData } from "./run-data.ts";

/**
 * The `id`s of the data blocks of a report, `<script type="application/json" id="run-data">`: the state, and the logs as
 * one message. In their JSON `<` is written `\u003c`, so that no text can end a block. The logs stand at the end of the
 * body: what comes before them is drawn while they are still read.
 */
const STATE_BLOCK = "run-data";
const LOGS_BLOCK = "run-logs";

/** Undefined when the document has no data of its own: then it is the live page. */
export function embeddedState(): LiveState | undefined {
  return blockOf<LiveState>(STATE_BLOCK);
}

/** Fills `data` once: what the charts need now, the logs when the charts are drawn. */
export function showEmbedded(data: RunData, state: LiveState): void {
  data.setConnection({ kind: "fixed" });
  data.setState(state, state.nowMs);
  requestAnimationFrame(() => {
    setTimeout(() => data.addLogs(blockOf<LiveMessages["logs"]>(LOGS_BLOCK) ?? { records: [], leftOut: 0 }));
  });
}

function blockOf<T>(id: string): T | undefined {
  const text = document.getElementById(id)?.textContent;
  return text === undefined || text === null ? undefined : JSON.parse(text);
}
