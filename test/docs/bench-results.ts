import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableRows } from "../support/markdown-table.ts";

/** The chapters of `test/bench/results.md` that the documentation quotes. */
export const CHAPTERS = {
  throughput: "## As fast as it goes",
  growth: "## How it grows",
  fixedRate: "## 10,000 records/s",
  idle: "## Idle, and starting",
  starts: "| ms from the start",
  files: "| on the disk",
  footprint: "| host metrics every",
} as const;

export type Chapter = keyof typeof CHAPTERS;

const TEXT = readFileSync(join(import.meta.dir, "../bench/results.md"), "utf8");

/** The cells of the row that begins with `names`. Throws when there is none. */
export function benchRow(chapter: Chapter, ...names: readonly string[]): readonly string[] {
  const rows = tableRows(TEXT, CHAPTERS[chapter]);
  const row = rows.find((cells) => names.every((name, column) => cells[column] === name));
  if (row === undefined) throw new Error(`Cannot find ${names.join(", ")} in ${CHAPTERS[chapter]}`);
  return row;
}

/** When and with what a chapter was measured. */
export function machineOf(chapter: "throughput" | "growth" | "fixedRate" | "idle"): string {
  const from = TEXT.indexOf(CHAPTERS[chapter]);
  return TEXT.slice(from).split("\n\n")[1] ?? "";
}

/** The least and the greatest value of a column of the rows that `isWanted` takes, such as `94 to 104`. */
export function spread(chapter: Chapter, column: number, isWanted: (cells: readonly string[]) => boolean): string {
  const values = tableRows(TEXT, CHAPTERS[chapter])
    .filter(isWanted)
    .map((cells) => Number(cells[column]));
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  return least === most ? String(least) : `${least} to ${most}`;
}
