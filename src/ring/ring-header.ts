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

/** How much is read at a time when looking for a line that a crash has torn. */
const LOOK_BYTES = 4096;

/** The part of a slot that changes while a ring is open. `head` moves the head; without it the head stays. */
export type SlotChange = Partial<Pick<Slot, "tail" | "head" | "sealed" | "lastSecond">>;

/**
 * The header of an open ring: the slot in force, and the head in its two words. When the file refuses a write, the
 * methods throw the system's error and change nothing.
 */
export class RingHeader {
  readonly #memory: RingMemory;
  #slot: Slot;
  #head: number;
  /** The two words may differ from the head: a store has failed, or is still to come. */
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
    this.writeHead();
  }

  get slot(): Slot {
    return this.#slot;
  }

  /** Everything before it is committed. */
  get head(): number {
    return this.#head;
  }

  /** Only this many bytes from the start of the payload may hold lines, delivered ones included. */
  get highWater(): number {
    return this.#highWater;
  }

  /** The bytes between two positions have been written. */
  noteWritten(from: number, to: number): void {
    const { capacity } = this.#slot;
    const end = (from % capacity) + to - from;
    if (end > this.#highWater) this.#highWater = Math.min(end, capacity);
  }

  /** The payload has been overwritten: it holds no lines. */
  noteWiped(): void {
    this.#highWater = 0;
    this.writeSlot({});
  }

  /** Writes the slot that is not in force, then takes it into force. */
  writeSlot(change: SlotChange): void {
    const generation = this.#slot.generation + 1;
    const slot: Slot = {
      ...this.#slot,
      head: this.#head,
      highWater: this.#highWater,
      ...change,
      version: FORMAT_VERSION,
      generation,
    };
    // Recovery uses the smaller of the two words and ignores any below the slot's head. So both are written before the
    // slot moves the head.
    if (slot.head !== this.#head) this.writeHead();
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
    // After a failed store the words may differ, and recovery must not take that for this commit.
    this.writeHead();
    this.#storeWords(head);
    this.#head = head;
  }

  /** A crash in an offer leaves bytes of a line that was not committed. Lines hold no zero byte, so zeros end the search. */
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

  /** Writes the head into both words, if they may differ from it. */
  writeHead(): void {
    if (this.#isTorn) this.#storeWords(this.#head);
  }

  #storeWords(head: number): void {
    this.#isTorn = true;
    this.#memory.store(HEAD_OFFSET, head);
    this.#memory.store(HEAD_COPY_OFFSET, head);
    this.#isTorn = false;
  }
}
