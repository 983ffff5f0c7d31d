import type { Row } from "./tally.ts";

const HEADINGS = ["fault", "times", "acknowledged", "stored", "missing", "doubled", "slowest recovery (ms)"];

/** The rows as a Markdown table, which is also how a terminal shows it. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ fault, times, acknowledged, stored, missing, doubled, recoveryMs }) => [
    fault,
    ...[times, acknowledged, stored, missing, doubled].map(String),
    recoveryMs === undefined ? "–" : String(Math.round(recoveryMs)),
  ]);
  const all = [HEADINGS, ...cells];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(HEADINGS), rule, ...cells.map(line)].join("\n");
}
