import type { Arrival, CutReason } from "./arrival.ts";
import { giveBack } from "./give-back.ts";
import type { InFlight } from "./in-flight.ts";

/** A body in memory. */
export interface Body {
  readonly bytes: Uint8Array;
  /** It has to wait: until {@link start} it may be cut off for a smaller one. */
  wait(onCut: (reason: CutReason) => void): void;
  /** Work on it begins. Safe to call twice. */
  start(): void;
  /** Gives back what was taken of the bytes in flight, and the bytes: nothing may refer to them. Safe to call twice. */
  free(): void;
}

/** A body of the bytes in flight that has all arrived. */
export class ArrivedBody implements Body {
  readonly bytes: Uint8Array;
  readonly #arrival: Arrival;
  readonly #inFlight: InFlight;

  constructor(bytes: Uint8Array, arrival: Arrival, inFlight: InFlight) {
    this.bytes = bytes;
    this.#arrival = arrival;
    this.#inFlight = inFlight;
  }

  wait(onCut: (reason: CutReason) => void): void {
    this.#inFlight.wait(this.#arrival, onCut);
  }

  start(): void {
    this.#inFlight.end(this.#arrival);
  }

  free(): void {
    this.#inFlight.free(this.#arrival);
    giveBack(this.bytes);
  }
}
