/** Reads a stored line as OTLP/JSON, whoever has sent it: any key may be missing, or be something else. */
import type { Attributes } from "../job-pipeline.ts";
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import { recordsOf, requestOf, textOf } from "../live/told-values.ts";
import type { Signal } from "../pipeline.ts";

/** Of one resource or record, and characters of one value; more is left out. */
const ATTRIBUTES_MAX = 128;
const VALUE_MAX_CHARS = 1024;

const KEYS = {
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  traces: ["resourceSpans", "scopeSpans", "spans"],
} as const satisfies Readonly<Record<Signal, readonly string[]>>;

/** The records, metrics or spans of one scope of one resource. */
export interface Items {
  readonly resource: Attributes;
  readonly scope: string;
  readonly items: readonly JsonObject[];
}

/** What a line has of a signal, in its order. Undefined for what is no JSON object. Never throws. */
export function itemsOf(line: Buffer, signal: Signal): readonly Items[] | undefined {
  const request = requestOf(line.toString());
  if (request === undefined) return undefined;
  const [resources, scopes, items] = KEYS[signal];
  return recordsOf(request[resources]).flatMap((resource) => {
    const attributes = resourceOf(resource["resource"]);
    return recordsOf(resource[scopes]).map((scope) => ({
      resource: attributes,
      scope: scopeOf(scope["scope"]),
      items: recordsOf(scope[items]),
    }));
  });
}

export function resourceOf(resource: unknown): Attributes {
  return isJsonObject(resource) ? attributesOf(resource["attributes"]) : {};
}

/** Its name; empty for one without. */
export function scopeOf(scope: unknown): string {
  return (isJsonObject(scope) ? textOf(scope["name"]) : undefined) ?? "";
}

/** The attributes with a value that is no list and no map, as texts. */
export function attributesOf(list: unknown): Attributes {
  const entries = recordsOf(list)
    .slice(0, ATTRIBUTES_MAX)
    .flatMap(({ key, value }) => {
      const text = valueText(value);
      return typeof key !== "string" || text === undefined ? [] : [[short(key), short(text)] as const];
    });
  return Object.fromEntries(entries);
}

/** Whether a list of attributes has all of `wanted`; cheaper than to read the whole list. */
export function hasAttributes(list: unknown, wanted: readonly (readonly [name: string, text: string])[]): boolean {
  const attributes = recordsOf(list);
  return wanted.every(([name, text]) => attributes.some(({ key, value }) => key === name && valueText(value) === text));
}

function valueText(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const simple = value["stringValue"] ?? value["intValue"] ?? value["doubleValue"] ?? value["boolValue"];
  return ["string", "number", "boolean"].includes(typeof simple) ? String(simple) : undefined;
}

function short(text: string): string {
  return text.length <= VALUE_MAX_CHARS ? text : text.slice(0, VALUE_MAX_CHARS).toWellFormed();
}
