/**
 * JSON's grammar (RFC 8259) over bytes that are valid UTF-8, token by token: each method takes the position of a
 * token and returns the position after it, or throws DecodeError with byte and path. It repairs in place what can be
 * repaired without moving a byte: line breaks between tokens, escapes of lone surrogates.
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
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SPACE,
  TAB,
  UPPER_E,
  ZERO,
} from "./ascii.ts";
import { DecodeError } from "./decode-error.ts";
import { JsonPath } from "./json-path.ts";
import type { Notes } from "./notes.ts";
import { endsPlainText } from "./words.ts";

const EMPTY: Uint8Array = new Uint8Array(0);
const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");
const NULL = new TextEncoder().encode("null");
const REPLACEMENT_ESCAPE = new TextEncoder().encode("\\ufffd");
/** What may follow a backslash, except `u`. */
const SHORT_ESCAPES = new Set(new TextEncoder().encode('"\\/bfnrt'));
const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[0-9a-f]/i.test(character) ? Number.parseInt(character, 16) : -1;
});
const FOUND_MAX_CHARACTERS = 40;

export class JsonScanner {
  readonly path = new JsonPath();
  /** The last {@link number} had an exponent. */
  hasExponent = false;
  bytes: Uint8Array = EMPTY;
  /** Of the same bytes. */
  view = new DataView<ArrayBufferLike>(EMPTY.buffer);
  nestingMax = 0;
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Scans `bytes` from now on, and may change them. */
  begin(bytes: Uint8Array, nestingMax: number): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.nestingMax = nestingMax;
    this.path.begin(nestingMax);
  }

  /** Lets go of the bytes. */
  release(): void {
    this.bytes = EMPTY;
    this.view = new DataView(EMPTY.buffer);
  }

  /** Passes over white space, if there is any; line breaks in it become spaces. */
  token(at: number): number {
    return (this.bytes[at] ?? 0) > SPACE ? at : this.#space(at);
  }

  #space(at: number): number {
    const bytes = this.bytes;
    let lineBreaks = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        bytes[at] = SPACE;
        lineBreaks++;
      } else if (byte !== SPACE && byte !== TAB) break;
    }
    if (lineBreaks > 0) this.#notes.add("line-break", lineBreaks);
    return at;
  }

  /** From the opening quote to after the closing one. */
  string(at: number): number {
    const bytes = this.bytes;
    const end = bytes.length;
    if (bytes[at] !== QUOTE) this.fail(at, "a string");
    at++;
    const view = this.view;
    const lastWord = end - 4;
    for (;;) {
      let byte = 0;
      while (at <= lastWord) {
        if (endsPlainText(view.getInt32(at, true)) !== 0) break;
        at += 4;
      }
      while (at < end) {
        byte = bytes[at] ?? 0;
        if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
        at++;
      }
      if (at >= end) this.fail(at, "the end of the string");
      if (byte === QUOTE) return at + 1;
      if (byte < SPACE) this.fail(at, "control characters escaped");
      at = this.#escape(at);
    }
  }

  /**
   * A lone surrogate comes from text that was cut in the middle of a character: JavaScript exporters do so when they
   * shorten values. DuckDB refuses a whole file because of one (jq and otelcol read U+FFFD), so it becomes U+FFFD here.
   */
  #escape(at: number): number {
    const letter = this.bytes[at + 1] ?? 0;
    if (letter !== LOWER_U) {
      if (!SHORT_ESCAPES.has(letter)) this.fail(at, "an escape that JSON has");
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
    const bytes = this.bytes;
    this.hasExponent = false;
    const first = bytes[at] === MINUS ? at + 1 : at;
    let next = bytes[first] === ZERO ? first + 1 : this.#digits(first);
    if (bytes[next] === DOT) next = this.#digits(next + 1);
    if (bytes[next] === LOWER_E || bytes[next] === UPPER_E) {
      this.hasExponent = true;
      next++;
      next = this.#digits(bytes[next] === PLUS || bytes[next] === MINUS ? next + 1 : next);
    }
    return next;
  }

  #digits(at: number): number {
    const bytes = this.bytes;
    let next = at;
    while (next < bytes.length && isDigit(bytes[next] ?? 0)) next++;
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
    switch (this.bytes[at] ?? 0) {
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
        if (this.bytes[at] !== MINUS && !isDigit(this.bytes[at] ?? 0)) this.fail(at, "a value");
        return this.number(at);
    }
  }

  #anyObject(open: number, level: number): number {
    this.enter(open, level);
    let at = this.token(open + 1);
    if (this.bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      this.enterMember(at, level);
      at = this.colon(this.string(at), level);
      at = this.any(at, level + 1);
      const next = this.next(at, CLOSE_BRACE, level);
      if (next < 0) return -next;
      at = next;
    }
  }

  #anyArray(open: number, level: number): number {
    this.enter(open, level);
    let at = this.token(open + 1);
    if (this.bytes[at] === CLOSE_BRACKET) return at + 1;
    for (let index = 0; ; index++) {
      this.path.element(level, index);
      at = this.any(at, level + 1);
      const next = this.next(at, CLOSE_BRACKET, level);
      if (next < 0) return -next;
      at = next;
    }
  }

  /** Call it on entering an object or array. */
  enter(at: number, level: number): void {
    if (level > this.nestingMax) this.fail(at, `at most ${this.nestingMax} levels`);
  }

  /** Call it where a member of the object of `level` begins: a key must be there. */
  enterMember(at: number, level: number): void {
    if (this.bytes[at] !== QUOTE) this.#failIn(level, at, "a key");
    this.path.key(level, at);
  }

  /** From the end of a key over the colon to the value. */
  colon(at: number, level: number): number {
    const colon = this.token(at);
    if (this.bytes[colon] !== COLON) this.#failIn(level, colon, "a colon");
    return this.token(colon + 1);
  }

  /** From the end of a value over a comma to what comes next; or, negated, the position after `close`. */
  next(at: number, close: number, level: number): number {
    const next = this.token(at);
    const byte = this.bytes[next];
    if (byte === COMMA) return this.token(next + 1);
    if (byte === close) return -(next + 1);
    return this.#failIn(level, next, `a comma or "${String.fromCharCode(close)}"`);
  }

  /** As {@link fail}, after a value of `level` that was itself in order. */
  #failIn(level: number, at: number, wanted: string): never {
    this.path.leave(level);
    this.fail(at, wanted);
  }

  /** Throws {@link DecodeError} for what is at `at`. */
  fail(at: number, wanted: string): never {
    throw new DecodeError("bad-data", this.path.of(this.bytes), `${this.#found(at)} at byte ${at}, ${wanted} wanted`);
  }

  #found(at: number): string {
    if (at >= this.bytes.length) return "the end";
    const text = new TextDecoder().decode(this.bytes.subarray(at, at + FOUND_MAX_CHARACTERS));
    const [token = ""] = /^(?:"[^"]*"?|[\w.+-]+|[^]?)/u.exec(text) ?? [];
    return token.startsWith('"') ? token : JSON.stringify(token);
  }
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** The value of a hex digit of either case, -1 for any other byte. */
export function hexDigit(byte: number): number {
  return HEX_DIGITS[byte] ?? -1;
}
