import type { ArrivalQueue } from "./arrival-queue.ts";
import type { Lane } from "./lane.ts";

/** `in-flight-full`: there is no room for it, or another one has better use of it. `too-slow`: it brought too little. */
export type CutReason = "in-flight-full" | "too-slow";

/** The time of what no look has found on its way: it came after the last one, or is all there. It never counts as slow. */
export const UNSEEN_MS = Number.POSITIVE_INFINITY;

/** A body on its way into memory, or in it. Made and changed by InFlight and its lanes, nobody else. */
export interface Arrival {
  /** Whether one of the agent's own senders sends it. */
  readonly isOwn: boolean;
  /** Undefined when it comes in chunks and nobody knows how many. */
  readonly length: number | undefined;
  onCut: (reason: CutReason) => void;
  heldBytes: number;
  /** Bytes since its last step. */
  stepBytes: number;
  /** When it was first seen after that, or {@link UNSEEN_MS}. */
  movedAtMs: number;
  /** Among which bodies it may be cut off; undefined when it may not. Its neighbours are there. */
  queue: ArrivalQueue | undefined;
  before: Arrival | undefined;
  after: Arrival | undefined;
  /** Its place among bodies of its kind; undefined where it needs none. */
  place: LanePlace | undefined;
}

export interface LanePlace {
  readonly lane: Lane;
  /** How much of the lane it takes. */
  readonly bytes: number;
  /** When it was first seen there, or {@link UNSEEN_MS}. */
  sinceMs: number;
}

/** A body that has brought no step for so long since a look saw it first loses its room to others. */
export const STALLED_AFTER_MS = 100;

export function hasStalled({ movedAtMs }: Arrival, nowMs: number): boolean {
  return nowMs - movedAtMs >= STALLED_AFTER_MS;
}

/** What a body will hold; of one that nobody knows, what it holds. */
export function sizeOf({ length, heldBytes }: Arrival): number {
  return length ?? heldBytes;
}
