import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableRows } from "../support/markdown-table.ts";

/** One line of `test/chaos/results.md`. */
export interface ChaosRow {
  readonly fault: string;
  readonly times: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly missing: number;
  readonly doubled: number;
  /** Undefined where nothing had to recover. */
  readonly recoveryMs: number | undefined;
}

export interface ChaosResults {
  /** `2026-11-23`. */
  readonly date: string;
  /** `bun run chaos --seed 1 --kills 1000`. */
  readonly command: string;
  readonly minutes: number;
  readonly kills: number;
  /** `0.165`. */
  readonly collector: string;
  readonly rows: readonly ChaosRow[];
}

/** The results that are committed. Throws when they are not in the form that `test/chaos/results.ts` writes. */
export function chaosResults(): ChaosResults {
  const text = readFileSync(join(import.meta.dir, "../chaos/results.md"), "utf8");
  const [, date = "", command = "", minutes = ""] = /^(\d{4}-\d\d-\d\d), `([^`]+)`, (\d+) minutes/m.exec(text) ?? [];
  const kills = /--kills (\d+)/.exec(command)?.[1];
  const collector = /otelcol version (\d+\.\d+)/.exec(text)?.[1];
  if (kills === undefined || collector === undefined)
    throw new Error("Cannot read the results of chaos: no date, command, kills and collector in their head");
  const rows = tableRows(text).map(([fault = "", ...cells]) => {
    const [times = 0, acknowledged = 0, stored = 0, missing = 0, doubled = 0, recovery = 0] = cells.map(Number);
    const recoveryMs = Number.isNaN(recovery) ? undefined : recovery;
    return { fault, times, acknowledged, stored, missing, doubled, recoveryMs };
  });
  return { date, command, minutes: Number(minutes), kills: Number(kills), collector, rows };
}

/** The rows whose fault begins with one of `prefixes`, added up. Throws when there is none for a prefix. */
export function sumOf(rows: readonly ChaosRow[], ...prefixes: readonly string[]): Omit<ChaosRow, "fault"> {
  const wanted = prefixes.flatMap((prefix) => {
    const found = rows.filter(({ fault }) => fault.startsWith(prefix));
    if (found.length === 0) throw new Error(`Cannot find a fault that begins with "${prefix}"`);
    return found;
  });
  const total = (pick: (row: ChaosRow) => number): number => wanted.reduce((sum, row) => sum + pick(row), 0);
  const recoveries = wanted.flatMap(({ recoveryMs }) => (recoveryMs === undefined ? [] : [recoveryMs]));
  return {
    times: total(({ times }) => times),
    acknowledged: total(({ acknowledged }) => acknowledged),
    stored: total(({ stored }) => stored),
    missing: total(({ missing }) => missing),
    doubled: total(({ doubled }) => doubled),
    recoveryMs: recoveries.length === 0 ? undefined : Math.max(...recoveries),
  };
}

/** `307,112`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
