import { HEADER_BYTES } from "./layout.ts";
import { LINE_END, positionSlices } from "./lines.ts";
import type { RingMemory } from "./ring-memory.ts";

export const CRC32_OF_NOTHING = 0;

/**
 * The bytes of a ring file after its header: the byte of position p is at p mod capacity. What a method writes is in
 * the file when it returns, and is not committed by that. Methods that write throw the system's error.
 */
export class Payload {
  readonly capacityBytes: number;
  readonly #memory: RingMemory;

  constructor(memory: RingMemory, capacityBytes: number) {
    this.#memory = memory;
    this.capacityBytes = capacityBytes;
  }

  /** The bytes between two positions, in order. Views, not copies. */
  slices(from: number, to: number): Uint8Array<ArrayBuffer>[] {
    const payload = this.#memory.bytes.subarray(HEADER_BYTES);
    return positionSlices(payload, this.capacityBytes, from, to);
  }

  /** The checksum of all bytes so far: `before` is that of the bytes before `from`. */
  crc32(from: number, to: number, before = CRC32_OF_NOTHING): number {
    return this.slices(from, to).reduce((sum, slice) => Bun.hash.crc32(slice, sum), before);
  }

  /** Writes a line and its end at `position`, in two pieces where the payload wraps. The caller keeps the line. */
  write(position: number, line: Uint8Array): void {
    const { bytes } = this.#memory;
    const at = position % this.capacityBytes;
    const size = line.length + 1;
    const toWrap = this.capacityBytes - at;
    if (size <= toWrap) {
      bytes.set(line, HEADER_BYTES + at);
      bytes[HEADER_BYTES + at + line.length] = LINE_END;
      this.#memory.persist(HEADER_BYTES + at, size);
      return;
    }
    bytes.set(line.subarray(0, toWrap), HEADER_BYTES + at);
    bytes.set(line.subarray(toWrap), HEADER_BYTES);
    bytes[HEADER_BYTES + size - toWrap - 1] = LINE_END;
    this.#memory.persist(HEADER_BYTES + at, toWrap);
    this.#memory.persist(HEADER_BYTES, size - toWrap);
  }

  /** Copies the `length` bytes at `offset` to the start. */
  copyToStart(offset: number, length: number): void {
    this.#memory.bytes.copyWithin(HEADER_BYTES, HEADER_BYTES + offset, HEADER_BYTES + offset + length);
    this.#memory.persist(HEADER_BYTES, length);
  }

  /** Overwrites the first `length` bytes. With zeros, not with a hole: on a full disk a store into a mapped hole is a SIGBUS. */
  wipe(length: number): void {
    this.#memory.bytes.fill(0, HEADER_BYTES, HEADER_BYTES + length);
    this.#memory.persist(HEADER_BYTES, length);
  }
}
