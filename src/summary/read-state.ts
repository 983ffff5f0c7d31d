import { RESULTS } from "../job-pipeline.ts";
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import type { Price } from "../lib/price.ts";
import { killLimit } from "../live/kill-limit.ts";
import {
  LIVE_SEVERITIES,
  LIVE_SOURCES,
  type LiveEvent,
  type LiveJob,
  type LiveSeries,
  type LiveStep,
  type LiveValues,
  SERIES,
  type SeriesName,
} from "../live/live-data.ts";
import { numberOf, recordsOf, textOf } from "../live/told-values.ts";
import type { SummaryState } from "./run-summary.ts";

/** What the agent answered, as far as a summary needs it. An agent of another version may tell more or less. */
export interface ToldState extends SummaryState {
  readonly price?: Price;
}

/** Undefined for what is no state: it has neither a time nor series. */
export function readState(told: JsonObject): ToldState | undefined {
  const nowMs = numberOf(told["nowMs"]);
  const series = isJsonObject(told["series"]) ? seriesIn(told["series"]) : undefined;
  if (nowMs === undefined || series === undefined) return undefined;
  const price = isJsonObject(told["price"]) ? priceIn(told["price"]) : undefined;
  return {
    nowMs,
    maySeeTexts: told["maySeeTexts"] !== false,
    jobs: recordsOf(told["jobs"]).map(jobIn),
    series,
    events: recordsOf(told["events"]).flatMap(eventIn),
    ...(price !== undefined && { price }),
  };
}

function jobIn(told: JsonObject): LiveJob {
  const attributes = isJsonObject(told["attributes"]) ? Object.entries(told["attributes"]) : [];
  return {
    ...timesIn(told),
    traceId: textOf(told["traceId"]) ?? "",
    attributes: Object.fromEntries(
      attributes.flatMap(([key, value]) => (typeof value === "string" ? [[key, value] as const] : [])),
    ),
    steps: recordsOf(told["steps"]).map((step) => ({ id: textOf(step["id"]) ?? "", ...timesIn(step) })),
  };
}

function timesIn(told: JsonObject): Omit<LiveStep, "id"> {
  const endedAtMs = numberOf(told["endedAtMs"]);
  const result = RESULTS.find((known) => known === told["result"]);
  return {
    name: textOf(told["name"]) ?? "",
    startedAtMs: numberOf(told["startedAtMs"]) ?? 0,
    ...(endedAtMs !== undefined && { endedAtMs }),
    ...(result !== undefined && { result }),
    source: LIVE_SOURCES.find((known) => known === told["source"]) ?? "runner",
  };
}

function seriesIn(told: JsonObject): LiveSeries | undefined {
  const [firstMs, bucketMs] = [numberOf(told["firstMs"]), numberOf(told["bucketMs"])];
  if (firstMs === undefined || bucketMs === undefined || bucketMs <= 0) return undefined;
  const [cores, memoryBytes] = [numberOf(told["cores"]), numberOf(told["memoryBytes"])];
  const all = isJsonObject(told["values"]) ? told["values"] : {};
  const values: Partial<Record<SeriesName, LiveValues>> = {};
  for (const name of SERIES) {
    const one = all[name];
    if (isJsonObject(one))
      values[name] = { min: listIn(one["min"]), mean: listIn(one["mean"]), max: listIn(one["max"]) };
  }
  return {
    firstMs,
    bucketMs,
    values,
    ...(cores !== undefined && { cores }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
}

function listIn(told: unknown): readonly (number | null)[] {
  return Array.isArray(told) ? told.map((value) => numberOf(value) ?? null) : [];
}

function eventIn(told: JsonObject): readonly LiveEvent[] {
  const [atMs, name, text] = [numberOf(told["atMs"]), textOf(told["name"]), textOf(told["text"])];
  if (atMs === undefined || name === undefined) return [];
  const severity = LIVE_SEVERITIES.find((known) => known === told["severity"]) ?? "info";
  const limit = killLimit(told["oomScope"], told["limitBytes"]);
  return [{ atMs, name, severity, ...(text !== undefined && { text }), ...limit }];
}

function priceIn(told: JsonObject): Price | undefined {
  const [perMinute, currency] = [numberOf(told["perMinute"]), textOf(told["currency"])];
  return perMinute === undefined || currency === undefined ? undefined : { perMinute, currency };
}
