/**
 * The bytes of one ring file, and the two ways in which they become durable against the death of the process. A mapped
 * memory is the pages of the file. A written memory is a copy of it. `Ring` knows only this port.
 */
export interface RingMemory {
  readonly kind: "mapped" | "written";
  /** The whole file. What is written here counts only after {@link persist}; it may reach the file earlier. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Brings a range of the file into {@link bytes}. At first only the header is there. */
  restore(offset: number, length: number): void;
  /** The bytes from `offset` on reach the file before it returns. Throws the system's error (ENOSPC, EIO) if not. */
  persist(offset: number, length: number): void;
  /** Stores one aligned 8-byte word in the file, as a whole, and after everything that was persisted before it. */
  store(offset: number, value: number): void;
  load(offset: number): number;
  /** The process need not hold the pages from `offset` on, a multiple of the page size, until they are touched again. */
  releasePages(offset: number): void;
  /** Ends the use of the file. Nothing may be persisted or stored afterwards. Safe to call twice. */
  close(): void;
}

/** Reads an aligned 8-byte word. A value beyond 2^53, which no ring writes, comes back as the nearest double. */
export function loadWord(bytes: Uint8Array, offset: number): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset, true));
}
