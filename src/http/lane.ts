import { type Arrival, hasStalled, sizeOf } from "./arrival.ts";

/** After so long a body on its way gives way to another: from this machine it would be here. */
export const GIVES_WAY_AFTER_MS = 500;

interface Place {
  readonly bytes: number;
  readonly sinceMs: number;
}

/**
 * Bodies of one kind, as many as there will be room for by what they announce. More would only be read to be cut off. One
 * that stalls, is larger or has had its time gives its place to another; without such a one there is none.
 */
export class Lane {
  readonly #maxBytes: number;
  readonly #places = new Map<Arrival, Place>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Gives `arrival` a place for `bytes`. False when there is none. `cut` takes a body out. */
  enter(arrival: Arrival, bytes: number, nowMs: number, cut: (loser: Arrival) => void): boolean {
    while (this.#places.size > 0 && this.#bytes + bytes > this.#maxBytes) {
      const loser = this.#loserTo(arrival, nowMs);
      if (loser === undefined) return false;
      cut(loser);
    }
    arrival.lane = this;
    this.#places.set(arrival, { bytes, sinceMs: nowMs });
    this.#bytes += bytes;
    return true;
  }

  leave(arrival: Arrival): void {
    arrival.lane = undefined;
    this.#bytes -= this.#places.get(arrival)?.bytes ?? 0;
    this.#places.delete(arrival);
  }

  #loserTo({ length = Number.POSITIVE_INFINITY }: Arrival, nowMs: number): Arrival | undefined {
    for (const [other, { sinceMs }] of this.#places) {
      if (other.queue === undefined) continue;
      const hadItsTime = other.movedAtMs !== undefined && nowMs - sinceMs >= GIVES_WAY_AFTER_MS;
      if (hadItsTime || hasStalled(other, nowMs) || sizeOf(other) > length) return other;
    }
    return undefined;
  }
}
