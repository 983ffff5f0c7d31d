/** Reads what others have written as JSON: any key may be missing, or be something else. */
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";

/** Undefined for what is no finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The elements that are records; empty for what is no list. */
export function recordsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
