import { giveBack } from "./give-back.ts";

const FIRST_BYTES = 128 * 1024;

/** One piece of memory for chunks that come one after the other. Memory that no byte was put into costs nothing. */
export class GrowingBytes {
  length = 0;
  readonly #maxBytes: number;
  #memory: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** `maxBytes` will never be exceeded, and are allocated at once as soon as a quarter of them has come. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the chunk's bytes; the chunk belongs to this object afterwards. */
  add(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.length === 0) {
      this.#memory = chunk;
      this.length = chunk.length;
      return;
    }
    const wanted = this.length + chunk.length;
    if (wanted > this.#memory.length) this.#grow(wanted);
    this.#memory.set(chunk, this.length);
    this.length = wanted;
    giveBack(chunk);
  }

  /** A view of what was added; it belongs to the caller. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.subarray(0, this.length);
  }

  giveBack(): void {
    giveBack(this.#memory);
    this.length = 0;
  }

  #grow(wanted: number): void {
    const isMostlyHere = wanted * 4 >= this.#maxBytes;
    const size = isMostlyHere ? this.#maxBytes : Math.min(this.#maxBytes, Math.max(FIRST_BYTES, wanted * 2));
    const grown = Buffer.allocUnsafeSlow(size);
    grown.set(this.#memory.subarray(0, this.length));
    giveBack(this.#memory);
    this.#memory = grown;
  }
}
