import { runDocument } from "./run-document.ts";
import type { RunSummary } from "./run-summary.ts";
import { runsDocument } from "./runs-document.ts";
import type { RunsSummary } from "./runs-summary.ts";
import { runJson, runsJson } from "./write-json.ts";
import { writeMarkdown } from "./write-markdown.ts";
import { writeText } from "./write-text.ts";

export type SummaryFormat = "markdown" | "text" | "json";

interface Writers {
  readonly run: (summary: RunSummary) => string;
  readonly runs: (summary: RunsSummary) => string;
}

/** Each form in which a summary is written. Each text ends with a line end. */
export const SUMMARY_WRITERS: Readonly<Record<SummaryFormat, Writers>> = {
  markdown: {
    run: (summary) => writeMarkdown(runDocument(summary)),
    runs: (summary) => writeMarkdown(runsDocument(summary)),
  },
  text: { run: (summary) => writeText(runDocument(summary)), runs: (summary) => writeText(runsDocument(summary)) },
  json: { run: runJson, runs: runsJson },
};
