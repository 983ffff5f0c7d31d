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
  const text = textOf(STATE_BLOCK);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Fills `data` once: what the charts need now, the logs when the charts are drawn. */
export function showEmbedded(data: RunData, state: LiveState): void {
  data.setConnection({ kind: "fixed" });
  data.setState(state, state.nowMs);
  requestAnimationFrame(() => {
    setTimeout(() => {
      const logs: LiveMessages["logs"] = JSON.parse(textOf(LOGS_BLOCK) ?? '{"records":[],"leftOut":0}');
      data.addLogs(logs);
    });
  });
}

function textOf(id: string): string | undefined {
  return document.getElementById(id)?.textContent ?? undefined;
}
