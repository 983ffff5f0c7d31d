import { readLivePage } from "../live/live-page.ts";
import type { ReadReport } from "./read-report.ts";

/** A form in which a report is written. */
export interface ReportFormat {
  /** Also the end of the file's name. */
  readonly name: string;
  /** The pieces of the file in their order. */
  write(report: ReadReport): AsyncIterable<string | Uint8Array>;
}

/** The first one is written when nobody says another. Each loads its code when it is written. */
export const REPORT_FORMATS = [
  {
    name: "html",
    async *write(report) {
      const [{ htmlOf }, { html }] = await Promise.all([import("./html.ts"), readLivePage()]);
      yield* htmlOf(html, report);
    },
  },
  {
    name: "json",
    async *write(report) {
      yield* (await import("./json.ts")).jsonOf(report);
    },
  },
  {
    name: "csv",
    async *write({ jobs }) {
      yield* (await import("./csv.ts")).csvOf(jobs);
    },
  },
  {
    name: "perfetto",
    async *write({ jobs }) {
      yield* (await import("./perfetto.ts")).perfettoOf(jobs);
    },
  },
] as const satisfies readonly ReportFormat[];
