import { giveBack } from "./give-back.ts";

const FIRST_BYTES = 128 * 1024;

export interface GrowingBytesOptions {
  /** What will be added in all; undefined when nobody knows. */
  readonly length: number | undefined;
  /** What will be added at most. */
  readonly maxBytes: number;
}

/** One piece of memory for chunks that come one after the other. Memory that no byte was put into costs nothing. */
export class GrowingBytes {
  length = 0;
  readonly #options: GrowingBytesOptions;
  #memory: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(options: GrowingBytesOptions) {
    this.#options = options;
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
    const { length, maxBytes } = this.#options;
    const grown = Buffer.allocUnsafeSlow(length ?? Math.min(maxBytes, Math.max(FIRST_BYTES, wanted * 2)));
    grown.set(this.#memory.subarray(0, this.length));
    giveBack(this.#memory);
    this.#memory = grown;
  }
}
