import { markdownTable } from "../support/markdown-table.ts";
import type { Row } from "./tally.ts";

const HEADINGS = ["fault", "times", "acknowledged", "stored", "missing", "doubled", "slowest recovery (ms)"];

/** The rows as a Markdown table, which is also how a terminal shows it. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ fault, times, acknowledged, stored, missing, doubled, recoveryMs }) => [
    fault,
    ...[times, acknowledged, stored, missing, doubled].map(String),
    recoveryMs === undefined ? "–" : String(Math.round(recoveryMs)),
  ]);
  return markdownTable(
    HEADINGS,
    cells,
    HEADINGS.map((_, column) => (column === 0 ? "left" : "right")),
  );
}
