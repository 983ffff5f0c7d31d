import { configureSync, resetSync } from "@logtape/logtape";
import { textLine } from "../../src/lib/log.ts";

/** Log lines without their time, from now on until {@link releaseLog}. */
export function captureLog(): string[] {
  const lines: string[] = [];
  configureSync({
    reset: true,
    sinks: { lines: (record) => lines.push(textLine(record).replace(/^\S+ /, "")) },
    loggers: [
      { category: "warp-telemetry", sinks: ["lines"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], lowestLevel: "fatal", sinks: [] },
    ],
  });
  return lines;
}

export function releaseLog(): void {
  resetSync();
}
