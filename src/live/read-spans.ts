import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import type { LiveSpan } from "./live-data.ts";
import { cutText, msOf, recordsOf, requestOf, textOf } from "./told-values.ts";

/** A page shows no more of one span. */
export const ATTRIBUTES_MAX = 32;
export const VALUE_MAX_CHARACTERS = 512;
/** Of names, services and keys. */
export const NAME_MAX_CHARACTERS = 256;
/** An id is 32 or 16 hexadecimal digits. What else senders write is kept, so far as it may be one. */
const ID_MAX_CHARACTERS = 64;
const HEXADECIMAL = /^[\da-f]+$/i;
const NO_ID = /^0*$/;
const ERROR: ReadonlySet<unknown> = new Set([2, "STATUS_CODE_ERROR"]);
/** What OpenTelemetry calls the message of a status where it has to be an attribute. */
const STATUS_MESSAGE = "otel.status_description";
const TOLD_OF_EXCEPTIONS: ReadonlySet<string> = new Set(["exception.type", "exception.message"]);

type Attribute = readonly [key: string, value: string];

/** The spans of a line, which is a request of OTLP/JSON; those without ids are none. Never throws. */
export function readSpans(line: string, nowMs: number): readonly LiveSpan[] {
  const request = requestOf(line);
  if (request === undefined) return [];
  return recordsOf(request["resourceSpans"]).flatMap((told) => {
    const service = serviceOf(told["resource"]);
    return recordsOf(told["scopeSpans"])
      .flatMap((scope) => recordsOf(scope["spans"]))
      .flatMap((span) => readSpan(span, service, nowMs) ?? []);
  });
}

/** One span; undefined without ids. `nowMs` stands in for times that it lacks. */
export function readSpan(told: JsonObject, service: string, nowMs: number): LiveSpan | undefined {
  const [traceId, spanId, parentSpanId] = [told["traceId"], told["spanId"], told["parentSpanId"]].map(idOf);
  if (traceId === undefined || spanId === undefined) return undefined;
  const endedAtMs = msOf(told["endTimeUnixNano"]);
  const startedAtMs = msOf(told["startTimeUnixNano"]) ?? endedAtMs ?? nowMs;
  const status = isJsonObject(told["status"]) ? told["status"] : {};
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name: cutText(textOf(told["name"]) ?? "", NAME_MAX_CHARACTERS),
    ...(service !== "" && { service }),
    startedAtMs,
    // Of clocks that were set meanwhile.
    endedAtMs: Math.max(startedAtMs, endedAtMs ?? startedAtMs),
    isError: ERROR.has(status["code"]),
    attributes: Object.fromEntries([...why(told, status), ...attributesOf(told)].slice(0, ATTRIBUTES_MAX)),
  };
}

/** Lower case, as the same id may be written both ways. Undefined for none. */
function idOf(told: unknown): string | undefined {
  const id = cutText(textOf(told) ?? "", ID_MAX_CHARACTERS);
  if (NO_ID.test(id)) return undefined;
  return HEXADECIMAL.test(id) ? id.toLowerCase() : id;
}

/** The message of the status and the first exception: what somebody looks for in a span that failed. */
function why(told: JsonObject, status: JsonObject): readonly Attribute[] {
  const message = textOf(status["message"]) ?? "";
  const exception = recordsOf(told["events"]).find((event) => event["name"] === "exception");
  const thrown = exception === undefined ? [] : attributesOf(exception);
  return [
    ...(message === "" ? [] : [[STATUS_MESSAGE, cutText(message, VALUE_MAX_CHARACTERS)] as const]),
    ...thrown.filter(([key]) => TOLD_OF_EXCEPTIONS.has(key)),
  ];
}

function attributesOf(told: JsonObject): readonly Attribute[] {
  return recordsOf(told["attributes"])
    .slice(0, ATTRIBUTES_MAX)
    .map(({ key, value }) => [
      cutText(textOf(key) ?? "", NAME_MAX_CHARACTERS),
      cutText(valueText(value), VALUE_MAX_CHARACTERS),
    ]);
}

function serviceOf(resource: unknown): string {
  if (!isJsonObject(resource)) return "";
  const told = recordsOf(resource["attributes"]).find(({ key }) => key === "service.name");
  return told === undefined ? "" : cutText(valueText(told["value"]), NAME_MAX_CHARACTERS);
}

/** A list or a map is shown as it came. */
function valueText(value: unknown): string {
  if (!isJsonObject(value)) return "";
  const [one] = Object.values(value);
  if (typeof one === "string") return one;
  if (typeof one === "number" || typeof one === "boolean") return String(one);
  return one === undefined ? "" : JSON.stringify(value);
}
