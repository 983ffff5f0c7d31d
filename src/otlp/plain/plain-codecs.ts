import { readFileSync } from "node:fs";
import { PlainCodec } from "./plain-codec.ts";
import program from "./plain.wasm" with { type: "file" };

/** Bodies up to this length share a memory that is kept: 6.2 MiB at most. */
export const USUAL_MAX_BYTES = 1024 * 1024;
/** No larger body is taken by default, nor is a longer line. */
export const LARGE_MAX_BYTES = 16 * 1024 * 1024;
/** A sender that has large bodies sends them one after the other. */
const LARGE_KEPT_MS = 5000;

/**
 * The plain codec in two memories. A WebAssembly memory can only be freed as a whole, so large bodies have one of their
 * own, which is freed five seconds after the last large body.
 */
export class PlainCodecs {
  readonly #module = new WebAssembly.Module(readFileSync(program));
  readonly #usual = new PlainCodec(this.#module);
  readonly #largeKeptMs: number;
  #large: PlainCodec | undefined;
  #largeEnd: NodeJS.Timeout | undefined;

  /** Throws where WebAssembly or its SIMD instructions are missing, or its memory is refused. */
  constructor(largeKeptMs: number = LARGE_KEPT_MS) {
    this.#largeKeptMs = largeKeptMs;
  }

  /** The codec for a body of so many bytes; undefined when it is too large for any, or its memory is refused. */
  codecFor(bodyBytes: number): PlainCodec | undefined {
    if (bodyBytes <= USUAL_MAX_BYTES) return this.#usual;
    if (bodyBytes > LARGE_MAX_BYTES) return undefined;
    this.#large ??= this.#openLarge();
    this.#largeEnd?.refresh();
    return this.#large;
  }

  #openLarge(): PlainCodec | undefined {
    try {
      const codec = new PlainCodec(this.#module);
      this.#largeEnd = setTimeout(() => this.#closeLarge(), this.#largeKeptMs).unref();
      return codec;
    } catch {
      return undefined;
    }
  }

  #closeLarge(): void {
    this.#large = undefined;
    this.#largeEnd = undefined;
    // WebAssembly memory is freed by a garbage collection only, and an idle process may not run one.
    Bun.gc(true);
  }
}
