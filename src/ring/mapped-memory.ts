import { ptr } from "bun:ffi";
import { closeSync } from "node:fs";
import { descriptorPath } from "../lib/descriptors.ts";
import { allocateFile, releasePages } from "../lib/libc.ts";
import { loadWord, type RingMemory } from "./ring-memory.ts";

/**
 * The ring file mapped into memory: a write is a memory copy, and the page cache keeps it when the process dies.
 * Every block is allocated first, because on a full disk a store into a hole is a SIGBUS instead of an error.
 */
export class MappedMemory implements RingMemory {
  readonly kind = "mapped";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #words: BigUint64Array;

  /** Takes over `fd`, a file opened for writing. Throws the system's error when the file cannot be allocated in full. */
  constructor(fd: number, sizeBytes: number) {
    try {
      allocateFile(fd, sizeBytes);
      // The file that was opened and checked, even if its name leads elsewhere by now.
      this.bytes = Bun.mmap(descriptorPath(fd), { shared: true });
    } finally {
      closeSync(fd);
    }
    this.#words = new BigUint64Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length >> 3);
  }

  restore(): void {
    // The pages of the file are loaded when they are touched.
  }

  persist(): void {
    // The mapped pages are the file.
  }

  store(offset: number, value: number): void {
    // Atomic, so that neither the compiler nor the processor moves it before the copy of the bytes it commits.
    Atomics.store(this.#words, offset >> 3, BigInt(value));
  }

  load(offset: number): number {
    return loadWord(this.bytes, offset);
  }

  releasePages(offset: number): void {
    // The memory after a small ring is not ours.
    if (offset < this.bytes.length) releasePages(ptr(this.bytes, offset), this.bytes.length - offset);
  }

  close(): void {
    // The mapping ends with the last reference to `bytes`; Bun has no call for it.
  }
}
