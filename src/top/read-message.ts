import { isJsonObject } from "../lib/json-object.ts";
import type { LiveMessages, LiveState } from "../live/live-data.ts";
import type { RunData } from "../page/data/run-data.ts";

/** Puts a message of the agent into `data`. Others than we know are left out. Throws for what no agent says. */
export function takeMessage(data: RunData, name: string, json: string, wallMs: number): void {
  switch (name) {
    case "state":
      data.logs.expectRepeated();
      return data.setState(stateIn(json), wallMs);
    case "sample": {
      const sample: LiveMessages["sample"] = JSON.parse(json);
      return data.addSample(sample);
    }
    case "change": {
      const change: LiveMessages["change"] = JSON.parse(json);
      return data.addChange(change, wallMs);
    }
    case "logs": {
      const logs: LiveMessages["logs"] = JSON.parse(json);
      return data.addLogs(logs);
    }
  }
}

/** The agent may be of another version, and whoever has the port may answer. */
function stateIn(json: string): LiveState {
  const told: unknown = JSON.parse(json);
  if (!isLiveState(told)) throw new Error("it tells no state that is known here, as an agent of another version");
  return told;
}

/** By what a drawing cannot do without. */
function isLiveState(told: unknown): told is LiveState {
  if (!isJsonObject(told)) return false;
  const { version, nowMs, startedAtMs, health, jobs, series, events, streams, collector } = told;
  const hasLists = [jobs, events].every(Array.isArray);
  const hasObjects = [health, series, streams, collector].every(isJsonObject);
  return hasLists && hasObjects && typeof version === "string" && [nowMs, startedAtMs].every(Number.isFinite);
}
