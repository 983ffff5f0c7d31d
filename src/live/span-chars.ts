import type { LiveSpan } from "./live-data.ts";

/** Characters of all texts of a span: what most of its memory is. */
export function spanChars({ name, service = "", attributes }: LiveSpan): number {
  return Object.entries(attributes).reduce(
    (sum, [key, value]) => sum + key.length + value.length,
    name.length + service.length,
  );
}
