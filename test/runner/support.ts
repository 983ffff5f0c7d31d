import type { OfferResult, PositionedSink } from "../../src/pipeline.ts";
import { RunnerLogs } from "../../src/runner/runner-logs.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { arrayAt, valueAt } from "../support/json.ts";

export const RESOURCE = {
  "host.name": "runner-1",
  "service.name": "warpbuild-agent",
  "telemetry.version": "1.2.3",
  "telemetry.vm_os": "linux",
};

/** A ring in memory. `answer` other than `accepted` refuses; the line is not kept then. */
export class MemorySink implements PositionedSink {
  readonly lineMaxBytes: number;
  headPosition = 0;
  answer: OfferResult = "accepted";
  readonly lines: string[] = [];

  constructor(lineMaxBytes = 1024 * 1024) {
    this.lineMaxBytes = lineMaxBytes;
  }

  offer(line: Uint8Array): OfferResult {
    if (line.length > this.lineMaxBytes) return "too-large";
    if (this.answer !== "accepted") return this.answer;
    this.lines.push(Buffer.from(line).toString());
    this.headPosition += line.length + 1;
    return "accepted";
  }

  /** The texts of all records, in their order. */
  get texts(): string[] {
    return this.records.map((record) => String(valueAt(record, "body", "stringValue")));
  }

  get records(): unknown[] {
    return this.lines
      .map((line): unknown => JSON.parse(line))
      .flatMap((line) => arrayAt(line, "resourceLogs", 0, "scopeLogs", 0, "logRecords"));
  }
}

/** A reader of `globs` whose positions are in `home`. */
export function readerOf(home: string, globs: readonly string[], sink: PositionedSink): RunnerLogs {
  return new RunnerLogs({ home: HeldFolder.open(home), globs, resource: RESOURCE, sink });
}

/** One whole run: everything that is there now is read. Returns its statistics as they were before the stop. */
export async function runOnce(home: string, globs: readonly string[], sink: PositionedSink): Promise<RunnerLogs> {
  const reader = readerOf(home, globs, sink);
  reader.start();
  await reader.stop(5000);
  return reader;
}

/** An entry as the runner writes it. */
export function entry(text: string): string {
  return `[2026-11-26 10:00:00Z INFO Worker] ${text}\n`;
}
