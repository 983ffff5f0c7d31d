import { readFileSync } from "node:fs";
import { join } from "node:path";
import { headAndRows } from "../support/markdown-table.ts";

/**
 * The tables of `test/bench` that the documentation quotes, by the texts that precede them. The second text is the one of
 * results that were measured before headings were fixed.
 */
const TABLES = {
  throughput: ["## Throughput", "## As fast as it goes"],
  growth: ["## Growth", "## How it grows"],
  fixedRate: ["## Fixed rate", "## 10,000 records/s"],
  idle: ["## Idle", "## Idle, and starting"],
  start: ["## Start", "| ms from the start"],
  files: ["## On the disk"],
  footprint: ["## At work"],
} as const;

export type BenchTable = keyof typeof TABLES;
/** The cells of a row by the names of their columns. */
export type Row = Readonly<Record<string, string>>;

const FOLDER = join(import.meta.dir, "../bench");
const RESULTS = readFileSync(join(FOLDER, "results.md"), "utf8");
const FOOTPRINT = readFileSync(join(FOLDER, "footprint.md"), "utf8");

/** When the results were measured, and with what. */
export const MACHINE = /^\d{4}-\d\d-\d\d · .*?otelcol version [\d.]+\d/m.exec(RESULTS)?.[0] ?? "";

/** The rows of a table. Throws when it is not there. */
export function benchRows(table: BenchTable): readonly Row[] {
  for (const heading of TABLES[table]) {
    for (const text of [RESULTS, FOOTPRINT]) {
      if (!text.includes(heading)) continue;
      const { head, rows } = headAndRows(text, heading);
      return rows.map((cells) => Object.fromEntries(head.map((name, column) => [name, cells[column] ?? ""])));
    }
  }
  throw new Error(`Cannot find the table "${table}" in the results of the bench`);
}

/** The row whose first cells are `names`. Throws when there is none. */
export function benchRow(table: BenchTable, ...names: readonly string[]): Row {
  const row = benchRows(table).find((cells) => names.every((name, column) => Object.values(cells)[column] === name));
  if (row === undefined) throw new Error(`Cannot find "${names.join(", ")}" in the table "${table}"`);
  return row;
}

/** The figure of a column; of the first one that the row has. Throws when it has none. */
export function figure(row: Row, ...columns: readonly string[]): number {
  const found = columns.find((column) => row[column] !== undefined);
  const value = Number(found === undefined ? "" : row[found]);
  if (found === undefined || row[found] === "" || Number.isNaN(value)) {
    throw new Error(`Cannot find a figure in ${columns.join(", ")}: ${JSON.stringify(row)}`);
  }
  return value;
}

/** Private memory and pages of files together, in MiB. */
export function memory(row: Row): number {
  const mapped = row["mapped MiB"];
  return mapped === undefined ? figure(row, "peak RSS MiB", "RSS MiB") : figure(row, "anon MiB") + Number(mapped);
}

/** The least and the greatest of figures, such as `94 to 104`. */
export function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(0));
  return least === most ? String(least) : `${least} to ${most}`;
}
