import type { LiveSeverity } from "./live-data.ts";

/** By the lowest number of OpenTelemetry's data model. */
const LEAST = [
  [21, "fatal"],
  [17, "error"],
  [13, "warn"],
] as const;

/** The word for a severity number; `info` for what is lower, or none. */
export function severityOf(number: number): LiveSeverity {
  return LEAST.find(([least]) => number >= least)?.[1] ?? "info";
}
