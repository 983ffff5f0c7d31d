import type { Ledger } from "./ledger.ts";
import { reconcile } from "./reconcile.ts";
import { type Findings, type Life, problemsOf, rowsOf } from "./tally.ts";

/** All that a storm leaves behind. */
export interface StormRemains {
  readonly title: string;
  readonly ledger: Ledger;
  readonly lives: readonly Life[];
  /** Every object, at the end. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** What was found wrong on the way, in words. */
  readonly problems: readonly string[];
  /** Objects and batches that did not stay as they were, in words. */
  readonly changed: readonly string[];
  readonly say: (line: string) => void;
}

/** Compares the books with the objects. Where something is wrong, tells what the agent said in each life. */
export function stormFindings({ title, ledger, lives, objects, problems, changed, say }: StormRemains): Findings {
  const verdict = reconcile(ledger, objects);
  const all = [
    ...problems,
    ...problemsOf(title, lives, ledger, verdict),
    ...changed.map((words) => `${title}: other bytes under one name: ${words}`),
  ];
  if (all.length > 0) {
    for (const { number, faults, log } of lives) say(`── life ${number}: ${[...faults.keys()].join(", ")}\n${log}`);
  }
  return { rows: rowsOf(title, lives, ledger, verdict), problems: all };
}
