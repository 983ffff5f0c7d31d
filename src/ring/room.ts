import type { Sender } from "../pipeline.ts";

/** So that a ring that a job has filled to the brim still takes eight of our collector's largest batches. */
const OWN_SHARE = 1 / 8;

/** Whether a ring has room, for whom, and what was said to the newest line of each. */
export class Room {
  /** The newest line of an `other` sender was refused for want of room, and nothing has been freed since. */
  isFull = false;
  /** The newest line of an `own` sender was, which has a share of its own besides. */
  isFullForOwn = false;
  readonly #capacityBytes: number;
  readonly #ownShareBytes: number;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
    this.#ownShareBytes = Math.floor(capacityBytes * OWN_SHARE);
  }

  /** Whether the ring may hold so many bytes, a line of `sender` the last of them. */
  has(bytes: number, sender: Sender): boolean {
    if (sender === "own") {
      this.isFullForOwn = bytes > this.#capacityBytes;
      return !this.isFullForOwn;
    }
    this.isFull = bytes > this.#capacityBytes - this.#ownShareBytes;
    return !this.isFull;
  }

  /** Bytes have been freed. */
  free(): void {
    this.isFull = false;
    this.isFullForOwn = false;
  }
}
