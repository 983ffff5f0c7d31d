/** Reads what others have written as JSON: any key may be missing, or be something else. */
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";

const NS_PER_US = 1e3;
const US_PER_MS = 1e3;

/** The request that a line is; undefined for what is no JSON object. */
export function requestOf(line: string): JsonObject | undefined {
  try {
    const request: unknown = JSON.parse(line);
    return isJsonObject(request) ? request : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what is no finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** At most so many characters, and no half of one. */
export function cutText(text: string, maxCharacters: number): string {
  return text.slice(0, maxCharacters).toWellFormed();
}

/** The elements that are records; empty for what is no list. */
export function recordsOf(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.every(isJsonObject) ? value : value.filter(isJsonObject);
}

/**
 * A time of OTLP in ms, to the microsecond: a number of JavaScript cannot tell nearer ones apart. Undefined for nothing, and
 * for 0, which OTLP takes for nothing.
 */
export function msOf(nanoseconds: unknown): number | undefined {
  const ms = Math.round(Number(textOf(nanoseconds) ?? numberOf(nanoseconds) ?? 0) / NS_PER_US) / US_PER_MS;
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
}
