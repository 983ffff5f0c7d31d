import type { Ledger } from "./ledger.ts";
import type { Verdict } from "./reconcile.ts";

/** A line of the table at the end. Undefined prints as a dash: it was not measured, or has no meaning there. */
export interface Row {
  readonly fault: string;
  readonly times: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly missing: number;
  readonly doubled: number;
  readonly recoveryMs?: number | undefined;
}

/** What one scenario found. `problems` in words; none means that every promise held. */
export interface Findings {
  readonly rows: readonly Row[];
  readonly problems: readonly string[];
}

/** One run of the agent, from its start to its end. */
export interface Life {
  readonly number: number;
  /** What was done to it, and how often. */
  readonly faults: Map<string, number>;
  /** From the end of this life until the next one took requests. */
  recoveryMs?: number;
  log: string;
}

export function countFault({ faults }: Life, name: string): void {
  faults.set(name, (faults.get(name) ?? 0) + 1);
}

/**
 * A row a fault: the attempts of every life that met it. Lives meet several faults, so rows overlap and do not add up;
 * only the last one, over all lives, does.
 */
export function rowsOf(title: string, lives: readonly Life[], ledger: Ledger, verdict: Verdict): Row[] {
  const names = [...new Set(lives.flatMap(({ faults }) => [...faults.keys()]))].toSorted();
  const row = (fault: string, some: readonly Life[], times: number): Row => {
    const numbers = new Set(some.map(({ number }) => number));
    const isOf = (attempt: number): boolean => numbers.has(ledger.entries[attempt]?.life ?? -1);
    const acknowledged = ledger.entries.filter(({ life, outcome }) => numbers.has(life) && outcome === "acknowledged");
    const recoveries = some.flatMap(({ recoveryMs }) => (recoveryMs === undefined ? [] : [recoveryMs]));
    return {
      fault: `${title}: ${fault}`,
      times,
      acknowledged: acknowledged.length,
      stored: verdict.stored.reduce((sum, count, attempt) => (isOf(attempt) ? sum + count : sum), 0),
      missing: verdict.missing.filter(isOf).length,
      doubled: verdict.doubled.filter(isOf).length,
      recoveryMs: recoveries.length === 0 ? undefined : Math.max(...recoveries),
    };
  };
  const rows = names.map((name) => {
    const met = lives.filter(({ faults }) => faults.has(name));
    const times = met.reduce((sum, { faults }) => sum + (faults.get(name) ?? 0), 0);
    return row(name, met, times);
  });
  return [...rows, row("ALL", lives, lives.length)];
}

/** What the verdict holds against the agent, in words, each with the lives in which it began. */
export function problemsOf(title: string, lives: readonly Life[], ledger: Ledger, verdict: Verdict): string[] {
  const lifeOf = (attempt: number): string => {
    const number = ledger.entries[attempt]?.life ?? -1;
    const life = lives.find((other) => other.number === number);
    return `life ${number} (${[...(life?.faults.keys() ?? [])].join(", ")})`;
  };
  const told = (what: string, attempts: readonly number[]): string[] => {
    const groups = Map.groupBy(attempts, lifeOf);
    return [...groups].map(
      ([life, some]) => `${title}: ${some.length} ${what} of ${life}: ${some.slice(0, 5).join(", ")}`,
    );
  };
  return [
    ...told("acknowledged lines are missing", verdict.missing),
    ...told("lines are doubled", verdict.doubled),
    ...told("lines that were not taken are stored", verdict.forbidden),
    ...verdict.invented.map((line) => `${title}: invented: ${line}`),
    ...verdict.broken.map((line) => `${title}: broken: ${line}`),
    ...ledger.surprises.map((line) => `${title}: answered wrongly: ${line}`),
  ];
}
