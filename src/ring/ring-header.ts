import {
  encodeSlot,
  FORMAT_VERSION,
  HEAD_COPY_OFFSET,
  HEAD_OFFSET,
  IN_FORCE_OFFSET,
  slotOffset,
  type Slot,
} from "./layout.ts";
import type { RingMemory } from "./ring-memory.ts";

/** What of a header changes while a ring is open. */
export type SlotChange = Pick<Slot, "head"> & Partial<Pick<Slot, "tail" | "sealed" | "lastSecond">>;

/** The header of an open ring. Its methods throw the system's error when the file does not take it. */
export class RingHeader {
  readonly #memory: RingMemory;
  #slot: Slot;

  /** `slot` is the one in force in `memory`. Words that do not say `head`, as after a crash, are set right. */
  constructor(memory: RingMemory, slot: Slot, head: number) {
    this.#memory = memory;
    this.#slot = slot;
    if (memory.load(HEAD_OFFSET) !== head || memory.load(HEAD_COPY_OFFSET) !== head) this.commitHead(head);
  }

  get slot(): Slot {
    return this.#slot;
  }

  /** Writes the slot that is not in force, then takes it into force. */
  put(change: SlotChange): void {
    const generation = this.#slot.generation + 1;
    const slot: Slot = { ...this.#slot, ...change, version: FORMAT_VERSION, generation };
    const bytes = encodeSlot(slot);
    const offset = slotOffset(generation);
    this.#memory.bytes.set(bytes, offset);
    this.#memory.persist(offset, bytes.length);
    this.#memory.store(IN_FORCE_OFFSET, generation);
    this.#slot = slot;
  }

  /** Everything before `head` counts from now on. */
  commitHead(head: number): void {
    this.#memory.store(HEAD_OFFSET, head);
    this.#memory.store(HEAD_COPY_OFFSET, head);
  }
}
