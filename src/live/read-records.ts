import type { LiveLog } from "./live-data.ts";
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import { cutText, msOf, numberOf, recordsOf, requestOf, textOf } from "./told-values.ts";

/** Longer texts are cut; a page draws lines. */
export const TEXT_MAX_CHARACTERS = 8 * 1024;
/** Of the output of a step, which the runner's reader knows. */
const STEP_ID = "cicd.pipeline.task.run.id";
/** What our own sampler tells of processes is drawn elsewhere. */
const PROCESS_EVENTS: ReadonlySet<unknown> = new Set(["process.top", "process.rest"]);

/** The log records of a line, which is a request of OTLP/JSON. Empty for what is none. Never throws. */
export function readRecords(stream: LiveLog["stream"], line: string, nowMs: number): readonly LiveLog[] {
  const request = requestOf(line);
  if (request === undefined) return [];
  return recordsOf(request["resourceLogs"])
    .flatMap((resource) => recordsOf(resource["scopeLogs"]))
    .flatMap((scope) => recordsOf(scope["logRecords"]))
    .filter((record) => !PROCESS_EVENTS.has(record["eventName"]))
    .map((record) => readLog(stream, record, nowMs));
}

/** One record. `nowMs` stands in for a time that it lacks. */
export function readLog(stream: LiveLog["stream"], record: JsonObject, nowMs: number): LiveLog {
  const stepId = attributeOf(recordsOf(record["attributes"]), STEP_ID);
  return {
    atMs: Math.floor(msOf(record["timeUnixNano"]) ?? msOf(record["observedTimeUnixNano"]) ?? nowMs),
    stream,
    severity: numberOf(record["severityNumber"]) ?? 0,
    text: cutText(bodyText(record["body"]), TEXT_MAX_CHARACTERS),
    ...(stepId !== undefined && { stepId: stepId.slice(0, TEXT_MAX_CHARACTERS) }),
  };
}

function attributeOf(attributes: readonly JsonObject[], key: string): string | undefined {
  const value = attributes.find((attribute) => attribute["key"] === key)?.["value"];
  return isJsonObject(value) ? textOf(value["stringValue"]) : undefined;
}

/** The text of a record; what is no text is shown as it came. */
export function bodyText(body: unknown): string {
  if (!isJsonObject(body)) return "";
  const text = textOf(body["stringValue"]);
  if (text !== undefined) return text;
  // A list, a number, a map.
  return JSON.stringify(body);
}
