/**
 * The bytes of one line while it grows. Every method appends; the caller is responsible for the grammar. It is used for
 * every request, so the common case allocates nothing. It grows by doubling, and gives memory back after a large request.
 */
import { BACKSLASH, CLOSE_BRACE, EQUALS, LOWER_U, MINUS, OPEN_BRACE, QUOTE, ZERO } from "./ascii.ts";
import { DECIMAL_MAX_BYTES, writeDouble, writeInt64, writeInteger, writeUint64 } from "./decimal.ts";
import { DecodeError } from "./decode-error.ts";
import { REPLACEMENT, sequenceLength } from "./utf8.ts";
import { hasSpecialByte, type Words, wordsOf } from "./words.ts";

/** Holds the lines of nearly all requests and costs one page of page table. */
const INITIAL_BYTES = 64 * 1024;
/** Kept between requests at most. What is larger is left to the garbage collector. */
const KEPT_MAX_BYTES = 1024 * 1024;
/** Always free after what {@link JsonOutput.reserve} was asked for: room for any scalar with quotes and brackets. */
const SLACK_BYTES = 2 * DECIMAL_MAX_BYTES + 32;

const HEX = new TextEncoder().encode("0123456789abcdef");
const BASE64 = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const NAN = wordsOf('"NaN"');
const INFINITY = wordsOf('"Infinity"');
const MINUS_INFINITY = wordsOf('"-Infinity"');

/** What follows the backslash: `n` for a line feed and so on, `u` for what needs four digits, 0 for what needs none. */
const ESCAPES = new Uint8Array(256);
ESCAPES.fill(LOWER_U, 0, 0x20);
for (const [character, letter] of ["\bb", "\ff", "\nn", "\rr", "\tt", '""', "\\\\"]) {
  ESCAPES[character?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0;
}
/** 1 for bytes that cannot be copied as they are: those to be escaped, and all that are not ASCII and must be checked. */
const SPECIAL = ESCAPES.map((escape, byte) => (escape !== 0 || byte >= 0x80 ? 1 : 0));

export class JsonOutput {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #maxBytes = 0;

  /** Starts a new line of at most `maxBytes`. The line before is overwritten. */
  begin(maxBytes: number): void {
    this.#at = 0;
    this.#maxBytes = maxBytes;
  }

  /** The line: a view, valid until the next {@link begin}. Throws {@link DecodeError} too-large. */
  finish(): Uint8Array {
    if (this.#at > this.#maxBytes) throw tooLarge(this.#maxBytes);
    return this.#bytes.subarray(0, this.#at);
  }

  /** Gives back the memory that a large line needed; the line itself stays valid. Call it after each request, failed or not. */
  release(): void {
    if (this.#bytes.length > KEPT_MAX_BYTES) this.#use(new Uint8Array(INITIAL_BYTES));
  }

  /** Makes room for `count` bytes, all of which will be written. Throws {@link DecodeError} too-large. */
  reserve(count: number): void {
    if (this.#at + count + SLACK_BYTES > this.#bytes.length) this.#grow(this.#at + count);
  }

  #grow(needed: number): void {
    if (needed > this.#maxBytes) throw tooLarge(this.#maxBytes);
    const size = Math.max(needed, Math.min(2 * this.#bytes.length, this.#maxBytes)) + SLACK_BYTES;
    const grown = new Uint8Array(size);
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#use(grown);
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** Begins an object. Its members follow, each with a comma before it; {@link closeObject} ends it. */
  openObject(): number {
    return this.#at;
  }

  /** Turns the comma of the first member into the opening brace. */
  closeObject(opened: number): void {
    this.reserve(this.#at === opened ? 2 : 1);
    if (this.#at === opened) this.#at++;
    this.#bytes[opened] = OPEN_BRACE;
    this.#bytes[this.#at++] = CLOSE_BRACE;
  }

  /** One byte of punctuation. */
  byte(byte: number): void {
    this.reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  /** Text that is JSON already. */
  raw(text: Words): void {
    this.reserve(text.length);
    const { words } = text;
    for (let i = 0; i < words.length; i++) this.#view.setInt32(this.#at + 4 * i, words[i] ?? 0, true);
    this.#at += text.length;
  }

  /** An integer of 0 to 2^32-1, or of a 32-bit type. */
  integer(value: number): void {
    this.reserve(1);
    if (value < 0) this.#bytes[this.#at++] = MINUS;
    this.#at = writeInteger(this.#view, this.#at, Math.abs(value));
  }

  uint64(low: number, high: number): void {
    this.reserve(1);
    this.#bytes[this.#at] = QUOTE;
    this.#at = writeUint64(this.#view, this.#at + 1, low, high);
    this.#bytes[this.#at++] = QUOTE;
  }

  int64(low: number, high: number): void {
    this.reserve(1);
    this.#bytes[this.#at] = QUOTE;
    this.#at = writeInt64(this.#view, this.#at + 1, low, high);
    this.#bytes[this.#at++] = QUOTE;
  }

  /** A number, or the quoted word that ProtoJSON has for NaN and the infinities. */
  double(value: number): void {
    this.reserve(1);
    if (Number.isFinite(value)) {
      this.#at = writeDouble(this.#view, this.#at, value);
    } else {
      this.raw(Number.isNaN(value) ? NAN : value > 0 ? INFINITY : MINUS_INFINITY);
    }
  }

  /** `source[at, end)`, UTF-8, as a quoted string. Returns how often U+FFFD was written for what was not UTF-8. */
  string(source: Uint8Array, sourceView: DataView, at: number, end: number): number {
    this.reserve(end - at);
    let bytes = this.#bytes;
    let view = this.#view;
    let to = this.#at;
    let replacements = 0;
    bytes[to++] = QUOTE;
    for (;;) {
      const plainEnd = end - 4;
      while (at <= plainEnd) {
        const word = sourceView.getInt32(at, true);
        if (hasSpecialByte(word)) break;
        view.setInt32(to, word, true);
        to += 4;
        at += 4;
      }
      while (at < end) {
        const byte = source[at] ?? 0;
        if (SPECIAL[byte] !== 0) break;
        bytes[to++] = byte;
        at++;
      }
      if (at >= end) break;
      // One byte may become six, so room for the rest has to be made again.
      this.#at = to;
      this.reserve(end - at);
      bytes = this.#bytes;
      view = this.#view;
      const length = sequenceLength(source, at, end);
      if (length === 1) {
        to = writeEscape(bytes, to, source[at] ?? 0);
      } else if (length < 0) {
        bytes.set(REPLACEMENT, to);
        to += REPLACEMENT.length;
        replacements++;
      } else {
        for (let i = 0; i < length; i++) bytes[to++] = source[at + i] ?? 0;
      }
      at += Math.abs(length);
    }
    bytes[to++] = QUOTE;
    this.#at = to;
    return replacements;
  }

  /** `source[at, end)` as a quoted string of lower-case hex. */
  hex(source: Uint8Array, at: number, end: number): void {
    this.reserve(2 * (end - at));
    const bytes = this.#bytes;
    let to = this.#at;
    bytes[to++] = QUOTE;
    for (let i = at; i < end; i++) {
      const byte = source[i] ?? 0;
      bytes[to++] = HEX[byte >> 4] ?? 0;
      bytes[to++] = HEX[byte & 15] ?? 0;
    }
    bytes[to++] = QUOTE;
    this.#at = to;
  }

  /** `source[at, end)` as a quoted string of standard base64 with padding (RFC 4648, section 4). */
  base64(source: Uint8Array, at: number, end: number): void {
    this.reserve(4 * Math.ceil((end - at) / 3));
    const bytes = this.#bytes;
    let to = this.#at;
    bytes[to++] = QUOTE;
    for (; at < end; at += 3) {
      const group =
        ((source[at] ?? 0) << 16) | (sourceByte(source, at + 1, end) << 8) | sourceByte(source, at + 2, end);
      bytes[to++] = BASE64[group >> 18] ?? 0;
      bytes[to++] = BASE64[(group >> 12) & 63] ?? 0;
      bytes[to++] = at + 1 < end ? (BASE64[(group >> 6) & 63] ?? 0) : EQUALS;
      bytes[to++] = at + 2 < end ? (BASE64[group & 63] ?? 0) : EQUALS;
    }
    bytes[to++] = QUOTE;
    this.#at = to;
  }
}

function writeEscape(bytes: Uint8Array, to: number, byte: number): number {
  const letter = ESCAPES[byte] ?? 0;
  bytes[to++] = BACKSLASH;
  bytes[to++] = letter;
  if (letter !== LOWER_U) return to;
  bytes[to++] = ZERO;
  bytes[to++] = ZERO;
  bytes[to++] = HEX[byte >> 4] ?? 0;
  bytes[to++] = HEX[byte & 15] ?? 0;
  return to;
}

function sourceByte(source: Uint8Array, at: number, end: number): number {
  return at < end ? (source[at] ?? 0) : 0;
}

function tooLarge(maxBytes: number): DecodeError {
  return new DecodeError("too-large", "", `its line is longer than ${maxBytes} bytes, send smaller batches`);
}
