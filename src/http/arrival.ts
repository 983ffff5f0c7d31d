import type { Lane } from "./lane.ts";

/** `in-flight-full`: there is no room for it, or another one has better use of it. `too-slow`: it brought too little. */
export type CutReason = "in-flight-full" | "too-slow";

/** A body on its way into memory, or in it. Made and changed by InFlight and its lanes, nobody else. */
export interface Arrival {
  /** Whether one of the agent's own senders sends it. */
  readonly isOwn: boolean;
  /** Undefined when it comes in chunks and nobody knows how many. */
  readonly length: number | undefined;
  onCut: (reason: CutReason) => void;
  heldBytes: number;
  /** Bytes since its last step, and when that was; undefined when all of it is there. */
  stepBytes: number;
  movedAtMs: number | undefined;
  /** Among which bodies it may be cut off; undefined when it may not. */
  queue: Set<Arrival> | undefined;
  /** Its place among bodies of its kind, how much of the lane that is, and since when. */
  lane: Lane | undefined;
  laneBytes: number;
  laneSinceMs: number;
}

/** A body that has brought no step for so long loses its room to others. */
export const STALLED_AFTER_MS = 100;

export function hasStalled({ movedAtMs }: Arrival, nowMs: number): boolean {
  return movedAtMs !== undefined && nowMs - movedAtMs >= STALLED_AFTER_MS;
}

/** What a body will hold; of one that nobody knows, what it holds. */
export function sizeOf({ length, heldBytes }: Arrival): number {
  return length ?? heldBytes;
}
