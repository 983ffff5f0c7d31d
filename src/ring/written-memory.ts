import { closeSync, readSync, writeSync } from "node:fs";
import { HEADER_BYTES } from "./layout.ts";
import { loadWord, type RingMemory } from "./ring-memory.ts";

/**
 * Ordinary memory with the ring file behind it. Every write goes through to the file. It is for file systems where a
 * mapped page can meet a full disk (copy-on-write, sparse), for platforms without the native calls, and for the run
 * after a crash. What `writeSync` has taken is in the page cache and survives the process. A full disk is an error code.
 */
export class WrittenMemory implements RingMemory {
  readonly kind = "written";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #word = new Uint8Array(8);
  #fd: number | undefined;

  /** Takes over `fd`, a file opened for writing. Throws the system's error when its header cannot be read. */
  constructor(fd: number, sizeBytes: number) {
    this.#fd = fd;
    // The untouched pages of a large array need no memory.
    this.bytes = new Uint8Array(sizeBytes);
    this.restore(0, HEADER_BYTES);
  }

  restore(offset: number, length: number): void {
    for (let done = 0; done < length;) {
      const count = readSync(this.#open(), this.bytes, offset + done, length - done, offset + done);
      if (count === 0) return;
      done += count;
    }
  }

  persist(offset: number, length: number): void {
    this.#write(this.bytes, offset, length, offset);
  }

  store(offset: number, value: number): void {
    new DataView(this.#word.buffer).setBigUint64(0, BigInt(value), true);
    this.#write(this.#word, 0, 8, offset);
    this.bytes.set(this.#word, offset);
  }

  load(offset: number): number {
    return loadWord(this.bytes, offset);
  }

  releasePages(): void {
    // These pages belong to the process alone, so they cannot be loaded again.
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #write(bytes: Uint8Array, from: number, length: number, fileOffset: number): void {
    for (let done = 0; done < length;) {
      // A disk that fills up returns a short count first, and ENOSPC at the next call.
      done += writeSync(this.#open(), bytes, from + done, length - done, fileOffset + done);
    }
  }

  #open(): number {
    if (this.#fd === undefined) throw new Error("Cannot use the ring file: it is closed");
    return this.#fd;
  }
}
