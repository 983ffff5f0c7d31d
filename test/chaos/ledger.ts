/**
 * How an attempt was answered. `acknowledged`: 200. `refused`: 503, the sender keeps it. `rejected`: 4xx. `unanswered`:
 * sent, and nobody knows. `unsent`: the connection was refused, so the agent never saw it.
 */
export type Outcome = "acknowledged" | "refused" | "rejected" | "unanswered" | "unsent";

/** How often an attempt may stand in an object. */
export const ALLOWED: Readonly<Record<Outcome, { readonly least: number; readonly most: number }>> = {
  acknowledged: { least: 1, most: 1 },
  unanswered: { least: 0, most: 1 },
  refused: { least: 0, most: 0 },
  rejected: { least: 0, most: 0 },
  unsent: { least: 0, most: 0 },
};

/** One attempt: in which life of the agent it was sent, and its answer. Unanswered until there is one. */
export interface Entry {
  readonly life: number;
  outcome: Outcome;
}

/** The senders' books: every attempt by its number. */
export class Ledger {
  /** In every line, so that lines of other books are told apart. Letters, digits, `-` and `_`. */
  readonly label: string;
  readonly entries: Entry[] = [];
  /** Answers that should not be, in words: 200 to a bad request, 400 to a good one, 500. */
  readonly surprises: string[] = [];

  constructor(label: string) {
    this.label = label;
  }

  /** A new attempt, and its number. */
  begin(life: number): { readonly number: number; readonly entry: Entry } {
    const entry: Entry = { life, outcome: "unanswered" };
    return { number: this.entries.push(entry) - 1, entry };
  }

  /** Writes down how an attempt was answered: by a status, or why there was none. `isGood`: it should be accepted. */
  settle(number: number, isGood: boolean, answer: number | Outcome): void {
    const entry = this.entries[number];
    if (entry === undefined) throw new RangeError(`Cannot settle attempt ${number}: it was never begun`);
    entry.outcome = typeof answer === "string" ? answer : outcomeOf(answer);
    const isSurprise = answer === 500 || entry.outcome === (isGood ? "rejected" : "acknowledged");
    if (isSurprise) this.surprises.push(`attempt ${number} (${isGood ? "good" : "bad"}): ${answer}`);
  }

  /** How many attempts of one life, or of all, ended in each way. */
  counts(life?: number): Record<Outcome, number> {
    const counts = { acknowledged: 0, refused: 0, rejected: 0, unanswered: 0, unsent: 0 };
    for (const entry of this.entries) if (life === undefined || entry.life === life) counts[entry.outcome]++;
    return counts;
  }
}

function outcomeOf(status: number): Outcome {
  if (status === 200) return "acknowledged";
  if (status === 503) return "refused";
  return "rejected";
}
