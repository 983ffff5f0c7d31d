import type { Arrival } from "./arrival.ts";

/**
 * Bodies in the order in which they entered. A body is in one queue at most, and carries its neighbours: a Set takes a
 * hundredth of a small request to hash what is taken out again at once.
 */
export class ArrivalQueue implements Iterable<Arrival> {
  #first: Arrival | undefined;
  #last: Arrival | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Arrival | undefined {
    return this.#first;
  }

  /** Behind all others. Only for a body that is in no queue. */
  add(arrival: Arrival): void {
    arrival.queue = this;
    arrival.before = this.#last;
    if (this.#last === undefined) this.#first = arrival;
    else this.#last.after = arrival;
    this.#last = arrival;
    this.#size++;
  }

  /** Only for a body that is in this one. */
  delete(arrival: Arrival): void {
    const { before, after } = arrival;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    arrival.queue = undefined;
    arrival.before = undefined;
    arrival.after = undefined;
    this.#size--;
  }

  /** Nothing may enter or leave meanwhile. */
  *[Symbol.iterator](): Generator<Arrival, void> {
    for (let arrival = this.#first; arrival !== undefined; arrival = arrival.after) yield arrival;
  }
}
