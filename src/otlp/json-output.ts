/** The bytes of one line while it grows. Every method appends; the caller is responsible for the grammar. */
import { BACKSLASH, QUOTE, SPACE } from "./ascii.ts";
import { copyBytes } from "./copy-bytes.ts";
import { DecodeError } from "./decode-error.ts";
import { REPLACEMENT, sequenceLength } from "./utf8.ts";

/** Of memory. It grows by doubling. */
const LEAST_BYTES = 16 * 1024;
/** Each character of ASCII as it is inside of a JSON string. */
const INSIDE_STRING = Array.from({ length: 0x80 }, (_, code) => JSON.stringify(String.fromCharCode(code)).slice(1, -1));

export class JsonOutput {
  readonly #maxBytes: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /**
   * A line of at most `maxBytes`: any method may throw {@link DecodeError} too-large for a longer one. Most have at most
   * `usualBytes`.
   */
  constructor(maxBytes: number, usualBytes = 0) {
    this.#maxBytes = maxBytes;
    this.#bytes = new Uint8Array(Math.max(LEAST_BYTES, Math.min(usualBytes, maxBytes)));
  }

  /** The line, which belongs to the caller now. */
  finish(): Uint8Array {
    if (this.#length > this.#maxBytes) throw tooLarge(this.#maxBytes);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for so many bytes, all of which will be written. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const grown = new Uint8Array(Math.max(needed, Math.min(2 * this.#bytes.length, this.#maxBytes)));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  byte(byte: number): void {
    this.reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** ASCII as it is. */
  ascii(text: string): void {
    this.reserve(text.length);
    const bytes = this.#bytes;
    const to = this.#length;
    for (let i = 0; i < text.length; i++) bytes[to + i] = text.charCodeAt(i);
    this.#length = to + text.length;
  }

  /** ASCII that needs no escapes, as a quoted string. */
  quoted(text: string): void {
    this.byte(QUOTE);
    this.ascii(text);
    this.byte(QUOTE);
  }

  /** `source[at, end)` as it is. */
  copy(source: Uint8Array, at: number, end: number): void {
    this.reserve(end - at);
    this.#length = copyBytes(source, at, end, this.#bytes, this.#length);
  }

  /** `source[at, end)`, UTF-8, as a quoted string. Returns how often U+FFFD was written for what was not UTF-8. */
  string(source: Uint8Array, at: number, end: number): number {
    let replacements = 0;
    this.byte(QUOTE);
    while (at < end) {
      let plainEnd = at;
      while (plainEnd < end && isPlain(source[plainEnd] ?? 0)) plainEnd++;
      this.copy(source, at, plainEnd);
      at = plainEnd;
      if (at === end) break;
      const length = sequenceLength(source, at, end);
      if (length === 1) this.ascii(INSIDE_STRING[source[at] ?? 0] ?? "");
      else if (length > 1) this.copy(source, at, at + length);
      else {
        this.copy(REPLACEMENT, 0, REPLACEMENT.length);
        replacements++;
      }
      at += Math.abs(length);
    }
    this.byte(QUOTE);
    return replacements;
  }
}

/** ASCII that is the same inside of a JSON string. */
function isPlain(byte: number): boolean {
  return byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH;
}

function tooLarge(maxBytes: number): DecodeError {
  return new DecodeError("too-large", "", `its line is longer than ${maxBytes} bytes, send smaller batches`);
}
