import { ByteBudget } from "../lib/byte-budget.ts";
import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { type Arrival, type CutReason, hasStalled, sizeOf, UNSEEN_MS } from "./arrival.ts";
import { ArrivalQueue } from "./arrival-queue.ts";
import { Lane } from "./lane.ts";

/** A body up to this length is small, as nearly all are that SDKs send. */
export const SMALL_MAX_BYTES = 64 * 1024;
/** A body up to this length is read in one piece, a longer one in chunks. */
export const PIECE_MAX_BYTES = 1024 * 1024;
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
/** Of what is left, for pieces: they are seen to stall only after a while. The rest is for bodies that are seen to come. */
const PIECES_SHARE = 1 / 3;
/** Bodies that have begun and not ended. Each costs a request and its headers, 70 KiB at most. */
export const ARRIVING_MAX = 1024;
/** A body that is there before the next look needs no clock, as nearly all are. */
export const LOOK_EVERY_MS = 50;

export interface InFlightOptions {
  /** Of all bodies together. */
  readonly maxBytes: number;
  /** Of the longest body. The shares leave room for one. */
  readonly maxRequestBytes: number;
  readonly clock?: Clock;
}

/**
 * The bytes of request bodies in memory, and which body goes when there is no room for another: one that stalls, then
 * one that is larger. So a body that stalls holds its bytes only until somebody else needs them, and whoever sends little,
 * and sends it at once, never waits for those that do not.
 *
 * Bytes are taken as they arrive. Bun does not tell how much of a piece has arrived: it is taken whole.
 */
export class InFlight {
  readonly #budget: ByteBudget;
  readonly #clock: Clock;
  readonly #ownShareBytes: number;
  readonly #smallShareBytes: number;
  // On their way, of each the slowest first. Those of our own senders are never cut off for others.
  readonly #large = new ArrivalQueue();
  readonly #small = new ArrivalQueue();
  readonly #own = new ArrivalQueue();
  /** All there, and waiting to be worked on. */
  readonly #waiting = new ArrivalQueue();
  /** Of those that are not small: pieces until they are no longer in memory, longer ones until they are there. */
  readonly #pieces: Lane;
  readonly #long: Lane;
  /** Held by the bodies in `#small`. */
  #smallBytes = 0;
  #endLooking: (() => void) | undefined;

  constructor({ maxBytes, maxRequestBytes, clock = SYSTEM_CLOCK }: InFlightOptions) {
    this.#budget = new ByteBudget(maxBytes);
    this.#clock = clock;
    const spareBytes = Math.max(0, maxBytes - maxRequestBytes) / 2;
    this.#ownShareBytes = Math.floor(Math.min(maxBytes * OWN_SHARE, spareBytes));
    this.#smallShareBytes = Math.floor(Math.min(maxBytes * SMALL_SHARE, spareBytes));
    const restBytes = maxBytes - this.#ownShareBytes - this.#smallShareBytes;
    this.#pieces = new Lane(restBytes * PIECES_SHARE);
    this.#long = new Lane(restBytes);
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
   * A body begins; `length` is undefined when it comes in chunks and nobody knows how many. A piece is taken at once, for
   * others call {@link take} for each chunk. `onCut` is called once when it is cut off, also within this call; its bytes
   * are given back before. Call {@link end} or {@link wait} when all of it is there, and {@link free} when it is no
   * longer needed.
   */
  begin(isOwn: boolean, length: number | undefined, onCut: (reason: CutReason) => void): Arrival {
    const arrival: Arrival = {
      isOwn,
      length,
      onCut,
      heldBytes: 0,
      stepBytes: 0,
      movedAtMs: UNSEEN_MS,
      queue: undefined,
      before: undefined,
      after: undefined,
      place: undefined,
    };
    if (this.arriving >= ARRIVING_MAX) this.#cut(this.#slowest(), "in-flight-full");
    this.#endLooking ??= this.#clock.every(LOOK_EVERY_MS, () => this.#look());
    this.#enter(arrival);
    if (length === undefined) return arrival;
    if (length > SMALL_MAX_BYTES) this.#enterLane(isPiece(arrival) ? this.#pieces : this.#long, arrival, length);
    if (isPiece(arrival)) this.take(arrival, length);
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
    // With its first step it becomes large. A piece takes all of them at once, and is where it belongs.
    if (arrival.stepBytes >= STEP_BYTES && !isPiece(arrival)) this.#moveOn(arrival);
    if (arrival.heldBytes > PIECE_MAX_BYTES && arrival.place === undefined) {
      this.#enterLane(this.#long, arrival, PIECE_MAX_BYTES);
    }
    return this.isArriving(arrival);
  }

  /** False when the body was cut off. */
  isArriving(arrival: Arrival): boolean {
    return arrival.queue !== undefined;
  }

  /** All of the body is there, and it is worked on: it cannot be cut off any more, and its bytes stay taken. */
  end(arrival: Arrival): void {
    this.#leave(arrival);
    arrival.movedAtMs = UNSEEN_MS;
    if (arrival.place === undefined) return;
    arrival.place.sinceMs = UNSEEN_MS;
    if (arrival.place.lane === this.#long) this.#long.leave(arrival);
  }

  /** All of the body is there, but it has to wait: until {@link end} it may be cut off for a smaller one. */
  wait(arrival: Arrival, onCut: (reason: CutReason) => void): void {
    this.end(arrival);
    if (arrival.isOwn) return;
    arrival.onCut = onCut;
    this.#waiting.add(arrival);
  }

  /** The body is no longer in memory. Safe to call twice, and of one that was cut off. */
  free(arrival: Arrival): void {
    this.end(arrival);
    arrival.place?.lane.leave(arrival);
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

  /** Small bodies lose their room to each other, and to all when together they hold more than their share. */
  #loserTo({ isOwn, length = Number.POSITIVE_INFINITY }: Arrival, isSmall: boolean): Arrival | undefined {
    const isSmallOver = this.#smallBytes > this.#smallShareBytes;
    const slowest = isSmallOver ? this.#slowest() : this.#large.first;
    if (slowest !== undefined && hasStalled(slowest, this.#clock.nowMs())) return slowest;
    const larger = largest([...this.#large, ...this.#waiting]);
    if (larger !== undefined && sizeOf(larger) > length) return larger;
    return isOwn || isSmall || isSmallOver ? this.#small.first : undefined;
  }

  #slowest(): Arrival | undefined {
    const [large, small] = [this.#large.first, this.#small.first];
    if (large === undefined || small === undefined) return large ?? small;
    return small.movedAtMs < large.movedAtMs ? small : large;
  }

  #cut(arrival: Arrival | undefined, reason: CutReason): void {
    if (arrival === undefined) return;
    this.free(arrival);
    arrival.onCut(reason);
  }

  #enterLane(lane: Lane, arrival: Arrival, bytes: number): void {
    if (arrival.isOwn) return;
    const hasPlace = lane.enter(arrival, bytes, this.#clock, (loser) => this.#cut(loser, "in-flight-full"));
    if (!hasPlace) this.#cut(arrival, "in-flight-full");
  }

  #moveOn(arrival: Arrival): void {
    this.#leave(arrival);
    arrival.stepBytes = 0;
    arrival.movedAtMs = UNSEEN_MS;
    this.#enter(arrival);
  }

  #enter(arrival: Arrival): void {
    const isSmall = arrival.heldBytes < STEP_BYTES && (arrival.length ?? 0) <= SMALL_MAX_BYTES;
    const queue = arrival.isOwn ? this.#own : isSmall ? this.#small : this.#large;
    queue.add(arrival);
    if (queue === this.#small) this.#smallBytes += arrival.heldBytes;
  }

  #leave(arrival: Arrival): void {
    if (arrival.queue === this.#small) this.#smallBytes -= arrival.heldBytes;
    arrival.queue?.delete(arrival);
  }

  /** Notes since when bodies are where they are, and cuts off those that bring too little. */
  #look(): void {
    const nowMs = this.#clock.nowMs();
    for (const arrival of [...this.#large, ...this.#small, ...this.#own]) {
      if (arrival.movedAtMs === UNSEEN_MS) arrival.movedAtMs = nowMs;
      if (arrival.place?.sinceMs === UNSEEN_MS) arrival.place.sinceMs = nowMs;
      if (nowMs - arrival.movedAtMs > stepMaxMs(arrival)) this.#cut(arrival, "too-slow");
    }
    if (this.arriving === 0) this.close();
  }
}

function isPiece({ length }: Arrival): boolean {
  return length !== undefined && length <= PIECE_MAX_BYTES;
}

/** How long a body may go without a step. A piece cannot be seen to move on: it has as long as for all of its steps. */
function stepMaxMs(arrival: Arrival): number {
  return STEP_MAX_MS * (isPiece(arrival) ? Math.max(1, sizeOf(arrival) / STEP_BYTES) : 1);
}

function largest(arrivals: readonly Arrival[]): Arrival | undefined {
  return arrivals.reduce<Arrival | undefined>(
    (found, arrival) => (found === undefined || sizeOf(arrival) > sizeOf(found) ? arrival : found),
    undefined,
  );
}
