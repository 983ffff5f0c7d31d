import { formatByteSize } from "../config/byte-size.ts";
import type { ReplayReport } from "../replay/replay.ts";
import type { StoredObjects } from "../stored/stored-objects.ts";

/** What a replay has done, for people. Names of objects and words of the endpoint are in it as they came. */
export function replaySummary(report: ReplayReport, { label, foreign }: StoredObjects, to: string): string {
  const { objects, bytes, sent, skipped, refused, refusedReason, rejectedItems, unreadable, unreadableNames } = report;
  if (objects + unreadable === 0) {
    return `There are no objects in ${label}; an agent stores them with --destination ${label}\n`;
  }
  const unnamed = unreadable - unreadableNames.length;
  return [
    `Sent ${sent} requests of ${objects} objects (${formatByteSize(bytes)}) to ${to}`,
    ...(skipped === 0 ? [] : [`Skipped ${skipped} lines that are no OTLP`]),
    ...(refused === 0 ? [] : [`The endpoint refused ${refused} requests; the first: ${refusedReason}`]),
    ...(rejectedItems === 0 ? [] : [`The endpoint rejected ${rejectedItems} records, points or spans of what it took`]),
    ...unreadableNames.map((name) => `Cannot read ${name}`),
    ...(unnamed === 0 ? [] : [`and ${unnamed} more`]),
    ...(foreign === 0 ? [] : [`Passed over ${foreign} files that are no objects`]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
