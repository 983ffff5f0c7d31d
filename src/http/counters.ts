import type { DoorStats } from "../stats/agent-stats.ts";
import type { Group } from "../stats/metric.ts";
import { type Reason, REFUSALS } from "./refusals.ts";

/** Counts the requests that were not taken, by reason. `onReason` is called for each of them. */
export class ReasonCounters {
  readonly #onReason: (reason: Reason) => void;
  readonly #refused = new Map<Reason, number>();
  readonly #rejected = new Map<Reason, number>();

  constructor(onReason: (reason: Reason) => void = () => {}) {
    this.#onReason = onReason;
  }

  count(reason: Reason): void {
    this.#onReason(reason);
    const counts = REFUSALS[reason].kind === "refusal" ? this.#refused : this.#rejected;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }

  /** Reason → count, of those answered 503. */
  get refused(): Group {
    return Object.fromEntries(this.#refused);
  }

  /** Reason → count, of all others. */
  get rejected(): Group {
    return Object.fromEntries(this.#rejected);
  }
}

/** What has happened at the door of one stream since the start. */
export class StreamCounters {
  readonly #reasons: ReasonCounters;
  #requests = 0;
  #items = 0;
  #bodyBytes = 0;
  #lineBytes = 0;
  #withoutItems = 0;
  #empty = 0;
  readonly #notes = new Map<string, number>();

  /** `onReason` is called for each request that is not taken. */
  constructor(onReason: (reason: Reason) => void = () => {}) {
    this.#reasons = new ReasonCounters(onReason);
  }

  accept(items: number, bodyBytes: number, lineBytes: number): void {
    this.#requests++;
    if (items === 0) this.#withoutItems++;
    this.#items += items;
    this.#bodyBytes += bodyBytes;
    this.#lineBytes += lineBytes;
  }

  acceptEmpty(): void {
    this.#empty++;
  }

  /** A request was not taken. */
  count(reason: Reason): void {
    this.#reasons.count(reason);
  }

  note(notes: Readonly<Record<string, number>>): void {
    for (const reason in notes) this.#notes.set(reason, (this.#notes.get(reason) ?? 0) + (notes[reason] ?? 0));
  }

  stats(): DoorStats {
    return {
      accepted_requests: this.#requests,
      accepted_items: this.#items,
      accepted_requests_without_items: this.#withoutItems,
      accepted_body_bytes: this.#bodyBytes,
      accepted_line_bytes: this.#lineBytes,
      empty_requests: this.#empty,
      refused_requests: this.#reasons.refused,
      rejected_requests: this.#reasons.rejected,
      notes: Object.fromEntries(this.#notes),
    };
  }
}
