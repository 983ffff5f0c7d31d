import { ByteBudget } from "../lib/byte-budget.ts";
import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";

/** A body up to this length is small, as nearly all are that SDKs send. */
export const SMALL_MAX_BYTES = 64 * 1024;
/**
 * What a body must bring in this time to stay: 8 KiB/s. A program on this machine brings it in a millisecond, one at the
 * far end of a bad line in a second.
 */
export const STEP_BYTES = SMALL_MAX_BYTES;
export const STEP_MAX_MS = 8000;
/** Of the bytes in flight, only for the agent's own senders: room for eight of the collector's largest batches. */
const OWN_SHARE = 1 / 8;
/** And only for small bodies and the agent's own senders: room for 64 of the largest. */
const SMALL_SHARE = 1 / 8;
/** Bodies that have begun and not ended. Each costs a request and its headers, 20 KiB at most. */
export const ARRIVING_MAX = 1024;
const LOOK_EVERY_MS = 1000;

export interface InFlightOptions {
  /** Of all bodies together. */
  readonly maxBytes: number;
  /** Of the longest body. The shares leave room for one. */
  readonly maxRequestBytes: number;
  readonly clock?: Clock;
}

/** `in-flight-full`: its room was wanted for another body, or there is none for it. `too-slow`: it brought too little. */
export type CutReason = "in-flight-full" | "too-slow";

/** A body on its way into memory. Made by {@link InFlight.begin}, which alone changes it. */
export interface Arrival {
  readonly isOwn: boolean;
  readonly stepMaxMs: number;
  readonly onCut: (reason: CutReason) => void;
  heldBytes: number;
  /** Bytes since it last moved on, and when that was. */
  stepBytes: number;
  movedAtMs: number;
  /** Where it waits for its end; undefined when it has ended. */
  queue: Set<Arrival> | undefined;
}

/**
 * The bytes of request bodies in memory, and which body goes when there is no room for another: the one that has not
 * moved on for longest. So a body that stalls holds its bytes only until somebody else needs them, and whoever sends at
 * once what it has never waits for those that do not.
 *
 * Bytes are taken as they arrive. Bun does not tell how much of a short body has arrived, so that one is taken whole.
 */
export class InFlight {
  readonly #budget: ByteBudget;
  readonly #clock: Clock;
  readonly #ownShareBytes: number;
  readonly #smallShareBytes: number;
  // Of each the slowest comes first. Nobody else's body is worth more than one of our own senders'.
  readonly #large = new Set<Arrival>();
  readonly #small = new Set<Arrival>();
  readonly #own = new Set<Arrival>();
  /** Held by the bodies in `#small`. */
  #smallBytes = 0;
  #endLooking: (() => void) | undefined;

  constructor({ maxBytes, maxRequestBytes, clock = SYSTEM_CLOCK }: InFlightOptions) {
    this.#budget = new ByteBudget(maxBytes);
    this.#clock = clock;
    const spareBytes = Math.max(0, maxBytes - maxRequestBytes) / 2;
    this.#ownShareBytes = Math.floor(Math.min(maxBytes * OWN_SHARE, spareBytes));
    this.#smallShareBytes = Math.floor(Math.min(maxBytes * SMALL_SHARE, spareBytes));
  }

  /** Of bodies on their way and of those that are being worked on. */
  get usedBytes(): number {
    return this.#budget.usedBytes;
  }

  /** Bodies that have begun and not ended. */
  get arriving(): number {
    return this.#large.size + this.#small.size + this.#own.size;
  }

  /**
   * A body begins. `wholeBytes` are taken at once when given, else call {@link take} for each chunk. `onCut` is called
   * once when it is cut off, also within this call; its bytes are given back before. Call {@link end} when all of it is
   * there and {@link free} when it is no longer needed.
   */
  begin(isOwn: boolean, wholeBytes: number | undefined, onCut: (reason: CutReason) => void): Arrival {
    // What cannot be seen to move on has as long as all of its steps.
    const steps = Math.max(1, (wholeBytes ?? 0) / STEP_BYTES);
    const movedAtMs = this.#clock.nowMs();
    const arrival = {
      isOwn,
      stepMaxMs: steps * STEP_MAX_MS,
      onCut,
      heldBytes: 0,
      stepBytes: 0,
      movedAtMs,
      queue: undefined,
    };
    if (this.arriving >= ARRIVING_MAX) this.#cut(this.#slowest(), "in-flight-full");
    this.#endLooking ??= this.#clock.every(LOOK_EVERY_MS, () => this.#look());
    this.#enter(arrival);
    if (wholeBytes !== undefined) this.take(arrival, wholeBytes);
    return arrival;
  }

  /** Takes bytes that have arrived. False when the body was cut off. */
  take(arrival: Arrival, bytes: number): boolean {
    if (arrival.queue === undefined) return false;
    const isSmall = arrival.heldBytes + bytes <= SMALL_MAX_BYTES;
    while (!this.#budget.tryTake(bytes, this.#keptBytes(arrival, isSmall))) {
      const loser = this.#loserTo(arrival, isSmall) ?? arrival;
      this.#cut(loser, "in-flight-full");
      if (loser === arrival) return false;
    }
    arrival.heldBytes += bytes;
    if (arrival.queue === this.#small) this.#smallBytes += bytes;
    arrival.stepBytes += bytes;
    // It becomes large with its first step, too.
    if (arrival.stepBytes >= STEP_BYTES) this.#moveOn(arrival);
    return true;
  }

  /** False when the body was cut off, or has ended. */
  isArriving(arrival: Arrival): boolean {
    return arrival.queue !== undefined;
  }

  /** All of the body is there: it cannot be cut off any more, and its bytes stay taken. */
  end(arrival: Arrival): void {
    this.#leave(arrival);
  }

  /** The body is no longer in memory. Safe to call twice, and of one that was cut off. */
  free(arrival: Arrival): void {
    this.#leave(arrival);
    this.#budget.free(arrival.heldBytes);
    arrival.heldBytes = 0;
  }

  /** Ends what runs by itself. */
  close(): void {
    this.#endLooking?.();
    this.#endLooking = undefined;
  }

  #keptBytes({ isOwn }: Arrival, isSmall: boolean): number {
    if (isOwn) return 0;
    return isSmall ? this.#ownShareBytes : this.#ownShareBytes + this.#smallShareBytes;
  }

  /** Whose bytes a body may have. Small bodies lose theirs to each other, or when together they hold more than their share. */
  #loserTo({ isOwn }: Arrival, isSmall: boolean): Arrival | undefined {
    if (this.#smallBytes > this.#smallShareBytes) return this.#slowest();
    return first(this.#large) ?? (isOwn || isSmall ? first(this.#small) : undefined);
  }

  #slowest(): Arrival | undefined {
    const [large, small] = [first(this.#large), first(this.#small)];
    return large === undefined || (small !== undefined && small.movedAtMs < large.movedAtMs) ? small : large;
  }

  #cut(arrival: Arrival | undefined, reason: CutReason): void {
    if (arrival === undefined) return;
    this.free(arrival);
    arrival.onCut(reason);
  }

  #moveOn(arrival: Arrival): void {
    this.#leave(arrival);
    arrival.stepBytes = 0;
    arrival.movedAtMs = this.#clock.nowMs();
    this.#enter(arrival);
  }

  #enter(arrival: Arrival): void {
    const isSmall = arrival.heldBytes < STEP_BYTES;
    arrival.queue = arrival.isOwn ? this.#own : isSmall ? this.#small : this.#large;
    arrival.queue.add(arrival);
    if (arrival.queue === this.#small) this.#smallBytes += arrival.heldBytes;
  }

  #leave(arrival: Arrival): void {
    arrival.queue?.delete(arrival);
    if (arrival.queue === this.#small) this.#smallBytes -= arrival.heldBytes;
    arrival.queue = undefined;
  }

  /** Cuts off the bodies that bring too little. */
  #look(): void {
    const nowMs = this.#clock.nowMs();
    for (const queue of [this.#large, this.#small, this.#own]) {
      for (const arrival of queue) {
        if (nowMs - arrival.movedAtMs > arrival.stepMaxMs) this.#cut(arrival, "too-slow");
      }
    }
    if (this.arriving === 0) this.close();
  }
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
