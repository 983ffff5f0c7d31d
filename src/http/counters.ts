import type { Stats } from "../pipeline.ts";

/** Why a request was not taken for now: the sender still has the data. */
export type RefuseReason = "ring-full" | "in-flight-full" | "write-failed" | "stopping";
/** Why a request was not taken for good. */
export type RejectReason =
  "method" | "foreign" | "content-type" | "content-encoding" | "too-large" | "bad-data" | "broken-off" | "internal";

/** What has happened at the door of one stream since the start. */
export class StreamCounters {
  #requests = 0;
  #items = 0;
  #bodyBytes = 0;
  #lineBytes = 0;
  #empty = 0;
  readonly #refused = new Map<RefuseReason, number>();
  readonly #rejected = new Map<RejectReason, number>();
  readonly #notes = new Map<string, number>();

  accept(items: number, bodyBytes: number, lineBytes: number): void {
    this.#requests++;
    this.#items += items;
    this.#bodyBytes += bodyBytes;
    this.#lineBytes += lineBytes;
  }

  acceptEmpty(): void {
    this.#empty++;
  }

  refuse(reason: RefuseReason): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  reject(reason: RejectReason): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  note(notes: Readonly<Record<string, number>>): void {
    for (const reason in notes) this.#notes.set(reason, (this.#notes.get(reason) ?? 0) + (notes[reason] ?? 0));
  }

  stats(): Stats {
    return {
      accepted_requests: this.#requests,
      accepted_items: this.#items,
      accepted_body_bytes: this.#bodyBytes,
      accepted_line_bytes: this.#lineBytes,
      empty_requests: this.#empty,
      refused_requests: Object.fromEntries(this.#refused),
      rejected_requests: Object.fromEntries(this.#rejected),
      notes: Object.fromEntries(this.#notes),
    };
  }
}
