import { readFileSync } from "node:fs";
import { PlainCodec } from "./plain-codec.ts";
import program from "./plain.wasm" with { type: "file" };

/** Bodies up to this length share a memory that stays: 6.2 MiB at most. */
export const USUAL_MAX_BYTES = 1024 * 1024;
/** No larger body is taken by default, nor is a longer line. */
export const LARGE_MAX_BYTES = 16 * 1024 * 1024;
/** A sender that has large bodies sends them one after the other. */
const LARGE_KEPT_MS = 5000;

/**
 * The plain codec in two memories: what a large body has touched of one can only be given back with the whole of it,
 * and that is done when no large body has come for {@link LARGE_KEPT_MS}.
 */
export class PlainCodecs {
  readonly #module = new WebAssembly.Module(readFileSync(program));
  readonly #usual = new PlainCodec(this.#module, USUAL_MAX_BYTES);
  readonly #nowMs: () => number;
  #large: PlainCodec | undefined;
  #largeUsedAtMs = 0;

  /** `nowMs` is monotonic. Throws where WebAssembly or its SIMD instructions are missing, or its memory is refused. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** The codec for a body of so many bytes; undefined when it is too large for any. Call it for every body. */
  codecFor(bodyBytes: number): PlainCodec | undefined {
    if (bodyBytes > LARGE_MAX_BYTES) return undefined;
    if (bodyBytes > USUAL_MAX_BYTES) {
      this.#largeUsedAtMs = this.#nowMs();
      return (this.#large ??= new PlainCodec(this.#module, LARGE_MAX_BYTES));
    }
    if (this.#large !== undefined && this.#nowMs() - this.#largeUsedAtMs > LARGE_KEPT_MS) this.#large = undefined;
    return this.#usual;
  }
}
