/**
 * JSON's grammar (RFC 8259) over bytes that are valid UTF-8, token by token: each method takes the position of a
 * token and returns the position after it, or throws Fault with the byte. It repairs in place what can be repaired
 * without moving a byte: line breaks between tokens, escapes of lone surrogates.
 */
import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  LINE_FEED,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  LOWER_U,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SPACE,
  TAB,
  UPPER_E,
  ZERO,
} from "./ascii.ts";
import { Fault, within } from "./fault.ts";
import type { Notes } from "./notes.ts";
import { hexDigit, isDigit } from "./text.ts";

const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");
const NULL = new TextEncoder().encode("null");
const REPLACEMENT_ESCAPE = new TextEncoder().encode("\\ufffd");
/** What may follow a backslash, except `u`. */
const SHORT_ESCAPES = new TextEncoder().encode('"\\/bfnrt');
/** Of what is there instead of what was wanted. */
const FOUND_MAX_BYTES = 40;
/** Of a key, in the path of an error. */
const KEY_MAX_BYTES = 128;

export class JsonScanner {
  /** The last {@link string} had an escape. */
  hasEscape = false;
  readonly bytes: Uint8Array;
  readonly #nestingMax: number;
  readonly #notes: Notes;

  /** `bytes` may be changed. */
  constructor(bytes: Uint8Array, nestingMax: number, notes: Notes) {
    this.bytes = bytes;
    this.#nestingMax = nestingMax;
    this.#notes = notes;
  }

  /** Passes over white space, if there is any; line breaks in it become spaces. */
  token(at: number): number {
    const { bytes } = this;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        bytes[at] = SPACE;
        this.#notes.add("line-break");
      } else if (byte !== SPACE && byte !== TAB) break;
    }
    return at;
  }

  /** From the opening quote to after the closing one. */
  string(open: number): number {
    const { bytes } = this;
    if (bytes[open] !== QUOTE) this.fail(open, "a string");
    this.hasEscape = false;
    let at = open + 1;
    while (at < bytes.length) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) return at + 1;
      if (byte < SPACE) this.fail(at, "control characters escaped");
      at = byte === BACKSLASH ? this.#escape(at) : at + 1;
    }
    return this.fail(at, "the end of the string");
  }

  /**
   * A lone surrogate comes from text that was cut in the middle of a character: JavaScript exporters do so when they
   * shorten values. DuckDB refuses a whole file because of one (jq and otelcol read U+FFFD), so it becomes U+FFFD here.
   */
  #escape(at: number): number {
    this.hasEscape = true;
    const letter = this.bytes[at + 1] ?? 0;
    if (letter !== LOWER_U) {
      if (!SHORT_ESCAPES.includes(letter)) this.fail(at, "an escape that JSON has");
      return at + 2;
    }
    const unit = this.#codeUnit(at);
    if (unit < 0xd800 || unit > 0xdfff) return at + 6;
    if (unit < 0xdc00 && this.bytes[at + 6] === BACKSLASH && this.bytes[at + 7] === LOWER_U) {
      const next = this.#codeUnit(at + 6);
      if (next >= 0xdc00 && next <= 0xdfff) return at + 12;
    }
    this.bytes.set(REPLACEMENT_ESCAPE, at);
    this.#notes.add("lone-surrogate");
    return at + 6;
  }

  #codeUnit(at: number): number {
    let unit = 0;
    for (let i = at + 2; i < at + 6; i++) {
      const digit = hexDigit(this.bytes[i] ?? 0);
      if (digit < 0) this.fail(at, "four hex digits behind \\u");
      unit = unit * 16 + digit;
    }
    return unit;
  }

  number(at: number): number {
    const { bytes } = this;
    const first = bytes[at] === MINUS ? at + 1 : at;
    let next = bytes[first] === ZERO ? first + 1 : this.#digits(first);
    if (bytes[next] === DOT) next = this.#digits(next + 1);
    if (bytes[next] === LOWER_E || bytes[next] === UPPER_E) {
      next++;
      next = this.#digits(bytes[next] === PLUS || bytes[next] === MINUS ? next + 1 : next);
    }
    return next;
  }

  #digits(at: number): number {
    let next = at;
    while (isDigit(this.bytes[next])) next++;
    if (next === at) this.fail(at, "a digit");
    return next;
  }

  /** `true` or `false`. */
  boolean(at: number): number {
    return this.#word(at, this.bytes[at] === LOWER_T ? TRUE : FALSE, "true or false");
  }

  null(at: number): number {
    return this.#word(at, NULL, "null");
  }

  #word(at: number, word: Uint8Array, wanted: string): number {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[at + i] !== word[i]) this.fail(at, wanted);
    }
    return at + word.length;
  }

  /** Any value at all; an object or array is level `level`. */
  any(at: number, level: number): number {
    const byte = this.bytes[at] ?? 0;
    switch (byte) {
      case OPEN_BRACE:
        return this.#anyObject(at, level);
      case OPEN_BRACKET:
        return this.#anyArray(at, level);
      case QUOTE:
        return this.string(at);
      case LOWER_T:
      case LOWER_F:
        return this.boolean(at);
      case LOWER_N:
        return this.null(at);
      default:
        if (byte !== MINUS && !isDigit(byte)) this.fail(at, "a value");
        return this.number(at);
    }
  }

  #anyObject(open: number, level: number): number {
    this.enter(open, level);
    let at = this.token(open + 1);
    if (this.bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      const key = at;
      at = this.colon(this.key(key));
      try {
        at = this.any(at, level + 1);
      } catch (error) {
        throw within(this.keyText(key), error);
      }
      const next = this.next(at, CLOSE_BRACE);
      if (next < 0) return -next;
      at = next;
    }
  }

  #anyArray(open: number, level: number): number {
    this.enter(open, level);
    let at = this.token(open + 1);
    if (this.bytes[at] === CLOSE_BRACKET) return at + 1;
    for (let index = 0; ; index++) {
      try {
        at = this.any(at, level + 1);
      } catch (error) {
        throw within(index, error);
      }
      const next = this.next(at, CLOSE_BRACKET);
      if (next < 0) return -next;
      at = next;
    }
  }

  /** Call it on entering an object or array. */
  enter(at: number, level: number): void {
    if (level > this.#nestingMax) this.fail(at, `at most ${this.#nestingMax} levels`);
  }

  /** The key of a member: a string. */
  key(at: number): number {
    if (this.bytes[at] !== QUOTE) this.fail(at, "a key");
    try {
      return this.string(at);
    } catch (error) {
      throw within(this.keyText(at), error);
    }
  }

  /** For the path of an error: the key that begins at `at`, as it was sent, and not all of a long one. */
  keyText(at: number): string {
    let end = at + 1;
    while (end < at + KEY_MAX_BYTES && this.bytes[end] !== QUOTE) end += this.bytes[end] === BACKSLASH ? 2 : 1;
    return new TextDecoder().decode(this.bytes.subarray(at + 1, end));
  }

  /** From the end of a key over the colon to the value. */
  colon(at: number): number {
    const colon = this.token(at);
    if (this.bytes[colon] !== COLON) this.fail(colon, "a colon");
    return this.token(colon + 1);
  }

  /** From the end of a value over a comma to what comes next; or, negated, the position after `close`. */
  next(at: number, close: number): number {
    const next = this.token(at);
    const byte = this.bytes[next];
    if (byte === COMMA) return this.token(next + 1);
    if (byte === close) return -(next + 1);
    return this.fail(next, `a comma or "${String.fromCharCode(close)}"`);
  }

  /** Throws {@link Fault} for what is at `at`. */
  fail(at: number, wanted: string): never {
    throw new Fault(`${this.#found(at)} at byte ${at}, ${wanted} wanted`);
  }

  #found(at: number): string {
    if (at >= this.bytes.length) return "the end";
    const text = new TextDecoder().decode(this.bytes.subarray(at, at + FOUND_MAX_BYTES));
    const [token = ""] = /^(?:"[^"]*"?|[\w.+-]+|[^]?)/u.exec(text) ?? [];
    return token.startsWith('"') ? token : JSON.stringify(token);
  }
}
