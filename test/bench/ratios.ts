import type { Chapter } from "./chapter.ts";
import type { Summary } from "./summary.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { COLD_SUFFIX, TARGET_NAMES } from "./targets.ts";

const { bare, discard, folder, otelcol, rotel } = TARGET_NAMES;

/** What is wanted of our records/s, as a multiple of a peer's. */
export interface RatioGoals {
  /** To a folder, of the Collector to a file, on warm memory. */
  readonly otelcol?: number;
  /** Discarding, of rotel to nothing. */
  readonly rotel?: number;
}

/** Ratios of medians, and the goals. */
export function ratioChapter(
  workloads: readonly (RatioGoals & { readonly workload: string })[],
  all: readonly Summary[],
): Chapter {
  const rows = workloads.map(({ workload, ...goals }) => {
    const rate = (target: string): number | undefined =>
      all.find((one) => one.workload === workload && one.target === target)?.recordsPerSecond;
    const ratio = (ours: string, peer: string): string => {
      const [upper, lower] = [rate(ours), rate(peer)];
      return upper === undefined || lower === undefined ? "" : (upper / lower).toFixed(2);
    };
    return [
      workload,
      ratio(folder, otelcol),
      goals.otelcol?.toFixed(1) ?? "",
      ratio(folder + COLD_SUFFIX, otelcol + COLD_SUFFIX),
      ratio(discard, rotel),
      goals.rotel?.toFixed(1) ?? "",
      ratio(discard, otelcol),
      ratio(discard, bare),
    ];
  });
  const head = [
    "what is sent",
    "folder ÷ otelcol",
    "wanted",
    "cold page cache",
    "discard: ÷ rotel",
    "wanted",
    "discard: ÷ otelcol",
    "discard: ÷ bare",
  ];
  return { title: "Ratios", note: "Of the records/s above, median by median.", table: markdownTable(head, rows) };
}
