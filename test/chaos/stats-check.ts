import { numberAt, valueAt } from "../support/json.ts";
import type { Outcome } from "./ledger.ts";

/** Sums over all streams of one `/stats` answer. */
export interface StatsSums {
  readonly accepted: number;
  readonly refused: number;
  readonly rejected: number;
  /** Lines in the rings and lines uploaded in this life: what this life has ever had. */
  readonly held: number;
}

export function statsSums(stats: unknown): StatsSums {
  const streams = Object.values(Object(valueAt(stats, "streams")));
  const sum = (of: (stream: unknown) => number): number => streams.reduce<number>((all, one) => all + of(one), 0);
  return {
    accepted: sum((stream) => numberAt(stream, "accepted_requests")),
    refused: sum((stream) => counters(stream, "refused_requests")),
    rejected: sum((stream) => counters(stream, "rejected_requests")),
    held: sum((stream) => numberAt(stream, "ring_lines") + numberAt(stream, "uploaded_lines")),
  };
}

/** The sum of counters by reason. */
function counters(stream: unknown, key: string): number {
  return Object.values(Object(valueAt(stream, key))).reduce<number>((all, count) => all + Number(count), 0);
}

/**
 * Whether the counters of a life tell what its senders saw, when nothing is in flight. Where an answer was lost the
 * agent may have counted more than they. In words; empty when all adds up.
 */
export function statsProblems(first: StatsSums, last: StatsSums, sent: Readonly<Record<Outcome, number>>): string[] {
  const problems: string[] = [];
  const between = (what: string, counted: number, least: number): void => {
    if (counted < least || counted > least + sent.unanswered) {
      problems.push(`/stats says ${counted} ${what}, the senders saw ${least} (and ${sent.unanswered} without answer)`);
    }
  };
  between("accepted", last.accepted, sent.acknowledged);
  between("refused", last.refused, sent.refused);
  between("rejected", last.rejected, sent.rejected);
  const expected = first.held - first.accepted + last.accepted;
  if (last.held !== expected) {
    problems.push(`/stats says ${last.held} lines held or uploaded, ${expected} were found or accepted`);
  }
  return problems;
}
