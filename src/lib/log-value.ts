import { mask } from "./mask.ts";

/** Characters of one text that are shown. A stack has fewer, an answer's words too. */
const TEXT_MAX_CHARS = 4096;
/** Looked at beyond them, so that no secret is cut before it is recognised: longer than any form of most of them. */
const OVERLAP_CHARS = 1024;
/** Entries of a list or an object, and objects in objects. */
const ENTRIES_MAX = 64;
const DEPTH_MAX = 4;

/** What of a value may be shown in the log: its texts masked and cut, errors as their words, no more than a screen of it. */
export function logValue(value: unknown, depth = 0): unknown {
  if (typeof value === "number" || typeof value === "boolean" || value === undefined || value === null) return value;
  if (value instanceof Error) return logText(String(value));
  if (typeof value !== "object") return logText(typeof value === "string" ? value : Bun.inspect(value));
  if (depth >= DEPTH_MAX) return "…";
  if (!Array.isArray(value)) return logProperties(value, depth + 1);
  return value.slice(0, ENTRIES_MAX).map((inner) => logValue(inner, depth + 1));
}

/** Each property as {@link logValue} has it. */
export function logProperties(properties: object, depth = 0): Record<string, unknown> {
  const entries = Object.entries(properties).slice(0, ENTRIES_MAX);
  return Object.fromEntries(entries.map(([name, value]) => [logText(name), logValue(value, depth)]));
}

/** The text, masked and cut. */
export function logText(text: string): string {
  const masked = mask(text.slice(0, TEXT_MAX_CHARS + OVERLAP_CHARS));
  return masked.length > TEXT_MAX_CHARS ? `${masked.slice(0, TEXT_MAX_CHARS)}…` : masked;
}
