import { HEADER_BYTES } from "../../src/ring/layout.ts";
import { readSlot, recoverLines, type Recovery } from "../../src/ring/recovery.ts";
import { loadWord, type RingMemory } from "../../src/ring/ring-memory.ts";

/** What is said of a write that the file does not take. */
export const REFUSED = "no space left";

/** What the file of a process that died just then would hold. */
export type OnSnapshot = (file: Uint8Array, moment: string) => void;

/**
 * A ring memory that shows the file as it is after every single store, as a dying process would leave it: behind a
 * written memory (only what was persisted), with every piece cut at a few places, and behind a mapped one (all that was
 * put into `bytes`, persisted or not).
 */
export class CrashMemory implements RingMemory {
  readonly kind = "written";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #file: Uint8Array<ArrayBuffer>;
  readonly #onSnapshot: OnSnapshot;
  /** So many writes to the file still work, then one is refused. */
  worksFor = Number.POSITIVE_INFINITY;

  constructor(file: Uint8Array<ArrayBuffer>, onSnapshot: OnSnapshot) {
    this.#file = file;
    this.bytes = file.slice();
    this.#onSnapshot = onSnapshot;
  }

  restore(): void {
    // All of it is there from the start.
  }

  persist(offset: number, length: number): void {
    const isRefused = this.#isRefused();
    for (const cut of new Set([0, 1, length >> 1, length - 1])) {
      const torn = this.#file.slice();
      torn.set(this.bytes.subarray(offset, offset + cut), offset);
      this.#onSnapshot(torn, `written ${cut} of ${length} bytes at ${offset}`);
    }
    if (isRefused) {
      this.#file.set(this.bytes.subarray(offset, offset + (length >> 1)), offset);
      throw new Error(REFUSED);
    }
    this.#onSnapshot(this.bytes, `mapped, copied ${length} bytes to ${offset}`);
    this.#file.set(this.bytes.subarray(offset, offset + length), offset);
    this.#onSnapshot(this.#file, `persisted ${length} bytes at ${offset}`);
  }

  store(offset: number, value: number): void {
    if (this.#isRefused()) throw new Error(REFUSED);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset);
    view.setBigUint64(offset, BigInt(value), true);
    this.#file.set(this.bytes.subarray(offset, offset + 8), offset);
    this.#onSnapshot(this.#file, `stored ${value} at ${offset}`);
    this.#onSnapshot(this.bytes, `mapped, stored ${value} at ${offset}`);
  }

  releasePages(): void {
    // Changes no byte.
  }

  #isRefused(): boolean {
    return this.worksFor-- === 0;
  }

  load(offset: number): number {
    return loadWord(this.bytes, offset);
  }

  close(): void {
    // Nothing to end.
  }
}

/** Recovery over a file image. Throws when the file is not usable: no crash may leave such a one. */
export function recoverImage(file: Uint8Array): Recovery {
  const slot = readSlot(file);
  if (typeof slot === "string") throw new Error(slot);
  const recovery = recoverLines(file, slot, (from, length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = file[HEADER_BYTES + ((from + i) % slot.capacity)] ?? 0;
    return bytes;
  });
  if (typeof recovery === "string") throw new Error(recovery);
  return recovery;
}
