import type { StatsValue } from "../pipeline.ts";
import { RESULTS } from "../job-pipeline.ts";
import { LIVE_SOURCES, type LiveJob, type LiveStep } from "./live-data.ts";
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import { cutText, numberOf, recordsOf, textOf } from "./told-values.ts";

/** A run has a few jobs; a machine that lives long shows the newest. */
const JOBS_MAX = 100;
const STEPS_MAX = 1000;
const TEXT_MAX_CHARACTERS = 1024;

/** What `Control.jobs()` tells, as it is drawn. Without `maySeeTexts` names are numbers and attributes are left out. */
export function liveJobs(told: StatsValue, maySeeTexts: boolean): readonly LiveJob[] {
  const jobs = isJsonObject(told) ? recordsOf(told["jobs"]).slice(-JOBS_MAX) : [];
  return jobs.map((job, index) => {
    const steps = recordsOf(job["steps"]).slice(-STEPS_MAX);
    return {
      ...timesOf(job, maySeeTexts ? undefined : `job ${index + 1}`),
      traceId: textOf(job["trace_id"]) ?? "",
      attributes: maySeeTexts ? attributesOf(job["attributes"]) : {},
      steps: steps.map((step, at) => ({
        id: (maySeeTexts && idOf(step)) || `${at + 1}`,
        ...timesOf(step, maySeeTexts ? undefined : `step ${at + 1}`),
      })),
    };
  });
}

/** The runner tells its own id of a step at the end of it; empty for none. */
function idOf(step: JsonObject): string {
  return cut(textOf(step["id"]) || textOf(step["span_id"]) || "");
}

/** What jobs and steps have in common. `name` stands in for theirs. */
function timesOf(told: JsonObject, name: string | undefined): Omit<LiveStep, "id"> {
  const endedAtMs = numberOf(told["ended_at_ms"]);
  const result = RESULTS.find((known) => known === told["result"]);
  return {
    name: name ?? cut(textOf(told["name"]) ?? ""),
    startedAtMs: numberOf(told["started_at_ms"]) ?? 0,
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(result !== undefined && { result }),
    source: LIVE_SOURCES.find((known) => known === told["source"]) ?? "runner",
  };
}

function attributesOf(told: unknown): LiveJob["attributes"] {
  const entries = isJsonObject(told) ? Object.entries(told) : [];
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (typeof value === "string" ? [[cut(key), cut(value)] as const] : [])),
  );
}

function cut(text: string): string {
  return cutText(text, TEXT_MAX_CHARACTERS);
}
