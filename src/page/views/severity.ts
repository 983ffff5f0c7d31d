export interface Severity {
  /** At most five letters. */
  readonly word: string;
  /** A class of the style sheet. */
  readonly name: "none" | "debug" | "info" | "warn" | "error" | "fatal";
}

const RANGES: readonly (readonly [from: number, severity: Severity])[] = [
  [21, { word: "FATAL", name: "fatal" }],
  [17, { word: "ERROR", name: "error" }],
  [13, { word: "WARN", name: "warn" }],
  [9, { word: "INFO", name: "info" }],
  [5, { word: "DEBUG", name: "debug" }],
  [1, { word: "TRACE", name: "debug" }],
];

/** The number of OpenTelemetry's data model as a word; nothing for 0. */
export function severityOf(number: number): Severity {
  return RANGES.find(([from]) => number >= from)?.[1] ?? { word: "", name: "none" };
}
