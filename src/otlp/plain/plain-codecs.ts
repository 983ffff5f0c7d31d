import { readFileSync } from "node:fs";
import { PlainCodec } from "./plain-codec.ts";
import program from "./plain.wasm" with { type: "file" };

/** Bodies up to this length share a memory that is kept: 6.2 MiB at most. */
export const USUAL_MAX_BYTES = 1024 * 1024;
/** No larger body is taken by default, nor is a longer line. */
export const LARGE_MAX_BYTES = 16 * 1024 * 1024;

/**
 * The plain codec in two memories. A WebAssembly memory can only be freed as a whole, so large bodies have one of their
 * own, which its owner frees from time to time.
 */
export class PlainCodecs {
  readonly #module = new WebAssembly.Module(readFileSync(program));
  readonly #usual = new PlainCodec(this.#module);
  #large: PlainCodec | undefined;
  #isLargeUsed = false;

  /** The codec for a body of so many bytes; undefined when it is too large for any, or its memory is refused. */
  codecFor(bodyBytes: number): PlainCodec | undefined {
    if (bodyBytes <= USUAL_MAX_BYTES) return this.#usual;
    if (bodyBytes > LARGE_MAX_BYTES) return undefined;
    this.#isLargeUsed = true;
    this.#large ??= this.#openLarge();
    return this.#large;
  }

  /**
   * Lets go of the memory for large bodies, unless one has come since the last call. True when there is some to free;
   * only a garbage collection does.
   */
  releaseUnused(): boolean {
    const isReleased = this.#large !== undefined && !this.#isLargeUsed;
    if (isReleased) this.#large = undefined;
    this.#isLargeUsed = false;
    return isReleased;
  }

  #openLarge(): PlainCodec | undefined {
    try {
      return new PlainCodec(this.#module);
    } catch {
      return undefined;
    }
  }
}
