import {
  encodeSlot,
  FORMAT_VERSION,
  HEAD_COPY_OFFSET,
  HEAD_OFFSET,
  HEADER_BYTES,
  IN_FORCE_OFFSET,
  slotOffset,
  type Slot,
} from "./layout.ts";
import type { RingMemory } from "./ring-memory.ts";

/** How much is looked at, at a time, for a line that a crash has torn. */
const LOOK_BYTES = 4096;

/** What of a slot changes while a ring is open. A `head` moves the head there; without one it stays. */
export type SlotChange = Partial<Pick<Slot, "tail" | "head" | "sealed" | "lastSecond">>;

/**
 * The header of an open ring: the slot in force, and the head in its two words. Its methods throw the system's error
 * when the file does not take it; what they were to change is as before then.
 */
export class RingHeader {
  readonly #memory: RingMemory;
  #slot: Slot;
  #head: number;
  /** The words may not both say the head: a store has failed, or has yet to come. */
  #isTorn: boolean;
  #highWater: number;

  /** `slot` is the one in force in `memory`, `head` what recovery found. */
  constructor(memory: RingMemory, slot: Slot, head: number) {
    this.#memory = memory;
    this.#slot = slot;
    this.#head = head;
    this.#highWater = slot.highWater ?? slot.capacity;
    this.noteWritten(slot.tail, head);
    this.#noteTornLine();
    this.#isTorn = memory.load(HEAD_OFFSET) !== head || memory.load(HEAD_COPY_OFFSET) !== head;
    this.settle();
  }

  get slot(): Slot {
    return this.#slot;
  }

  /** Everything before it is committed. */
  get head(): number {
    return this.#head;
  }

  /** Bytes of the payload, from its start, that may hold something of lines, delivered ones as well. */
  get highWater(): number {
    return this.#highWater;
  }

  /** The bytes between two positions have been written. */
  noteWritten(from: number, to: number): void {
    const { capacity } = this.#slot;
    const end = (from % capacity) + to - from;
    if (end > this.#highWater) this.#highWater = Math.min(end, capacity);
  }

  /** Nothing is left of lines in the payload. */
  noteWiped(): void {
    this.#highWater = 0;
    this.put({});
  }

  /** Writes the slot that is not in force, then takes it into force. */
  put(change: SlotChange): void {
    const generation = this.#slot.generation + 1;
    const slot: Slot = {
      ...this.#slot,
      head: this.#head,
      highWater: this.#highWater,
      ...change,
      version: FORMAT_VERSION,
      generation,
    };
    // Of two words that differ the smaller counts, but only from the slot's head on.
    if (slot.head !== this.#head) this.settle();
    const bytes = encodeSlot(slot);
    const offset = slotOffset(generation);
    this.#memory.bytes.set(bytes, offset);
    this.#memory.persist(offset, bytes.length);
    this.#memory.store(IN_FORCE_OFFSET, generation);
    this.#slot = slot;
    if (slot.head === this.#head) return;
    this.#head = slot.head;
    this.#isTorn = true;
  }

  /** Everything before `head` counts from now on. */
  commitHead(head: number): void {
    // What is left of a store that failed must not be taken for this one.
    this.settle();
    this.#storeWords(head);
    this.#head = head;
  }

  /** A crash in an offer leaves bytes of a line that was not committed. A line holds no zero byte. */
  #noteTornLine(): void {
    const { capacity } = this.#slot;
    while (this.#highWater < capacity) {
      const from = HEADER_BYTES + this.#highWater;
      const length = Math.min(LOOK_BYTES, capacity - this.#highWater);
      this.#memory.restore(from, length);
      if (this.#memory.bytes.subarray(from, from + length).every((byte) => byte === 0)) return;
      this.#highWater += length;
    }
  }

  /** Makes both words say the head. */
  settle(): void {
    if (this.#isTorn) this.#storeWords(this.#head);
  }

  #storeWords(head: number): void {
    this.#isTorn = true;
    this.#memory.store(HEAD_OFFSET, head);
    this.#memory.store(HEAD_COPY_OFFSET, head);
    this.#isTorn = false;
  }
}
