import type { Clock } from "../lib/clock.ts";
import { type Arrival, hasStalled, sizeOf, UNSEEN_MS } from "./arrival.ts";

/** After so long a body on its way gives way to another: from this machine it would be here. */
export const GIVES_WAY_AFTER_MS = 500;

/**
 * Bodies of one kind, as many as there will be room for by what they announce. More would only be read to be cut off. One
 * that stalls, is larger or has had its time gives its place to another; without such a one there is none.
 */
export class Lane {
  readonly #maxBytes: number;
  readonly #arrivals = new Set<Arrival>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Gives `arrival` a place for `bytes`. False when there is none. `cut` takes a body out. */
  enter(arrival: Arrival, bytes: number, clock: Clock, cut: (loser: Arrival) => void): boolean {
    while (this.#arrivals.size > 0 && this.#bytes + bytes > this.#maxBytes) {
      const loser = this.#loserTo(arrival, clock.nowMs());
      if (loser === undefined) return false;
      cut(loser);
    }
    arrival.place = { lane: this, bytes, sinceMs: UNSEEN_MS };
    this.#arrivals.add(arrival);
    this.#bytes += bytes;
    return true;
  }

  leave(arrival: Arrival): void {
    if (this.#arrivals.delete(arrival)) this.#bytes -= arrival.place?.bytes ?? 0;
    arrival.place = undefined;
  }

  #loserTo({ length = Number.POSITIVE_INFINITY }: Arrival, nowMs: number): Arrival | undefined {
    for (const other of this.#arrivals) {
      if (other.queue === undefined) continue;
      const hadItsTime = other.place !== undefined && nowMs - other.place.sinceMs >= GIVES_WAY_AFTER_MS;
      if (hadItsTime || hasStalled(other, nowMs) || sizeOf(other) > length) return other;
    }
    return undefined;
  }
}
