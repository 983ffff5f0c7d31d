/**
 * Checks that a JSON text is an OTLP request, without building anything. The rules are ProtoJSON's, read as leniently as
 * today's readers do, because what is rejected here is lost. The text stays as it is. What only some readers take is
 * counted.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  DOT,
  EQUALS,
  LOWER_E,
  LOWER_N,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  UPPER_E,
  ZERO,
} from "./ascii.ts";
import { hexDigit, isDigit, JsonScanner } from "./json-scanner.ts";
import { isKeyAt, type Key } from "./key-table.ts";
import type { Notes } from "./notes.ts";
import { doubleForm, integerForm, isSigned, type NumberForm, safeDigitsOf } from "./number-form.ts";
import { ShortNumber } from "./short-number.ts";
import { type Field, KIND, type Kind, type Message } from "./schema.ts";

/** A number without an exponent and with fewer characters is a finite double. */
const FINITE_MAX_CHARACTERS = 300;
const SAFE_DIGITS = Object.values(KIND).map(safeDigitsOf);
const IS_SIGNED = Object.values(KIND).map(isSigned);
/** 1 for the bytes of the standard alphabet (RFC 4648, section 4). */
const IS_BASE64 = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9+/]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const ANY_BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^[0-9a-f]*$/i;

export class JsonChecker {
  /** Log records, spans or data points of the last request. */
  items = 0;
  /** The last request held neither telemetry nor a key that OTLP does not know. */
  isEmpty = true;

  readonly #scanner: JsonScanner;
  readonly #notes: Notes;
  readonly #short = new ShortNumber();

  constructor(notes: Notes) {
    this.#notes = notes;
    this.#scanner = new JsonScanner(notes);
  }

  /**
   * Checks `text`, valid UTF-8, to be one `message`; changes it in place where the scanner repairs. Throws DecodeError
   * bad-data. A level of nesting is an object of OTLP, or any object or array below a key that OTLP does not know.
   */
  check(message: Message, text: Uint8Array, nestingMax: number): void {
    this.items = 0;
    this.isEmpty = true;
    const scanner = this.#scanner;
    scanner.begin(text, nestingMax);
    try {
      const open = scanner.token(0);
      if (text[open] !== OPEN_BRACE) scanner.fail(open, "one JSON object");
      const rest = scanner.token(this.#message(message, open, 1));
      scanner.path.leave(1);
      if (rest < text.length) scanner.fail(rest, "nothing behind the object");
    } finally {
      scanner.release();
    }
  }

  #message(message: Message, open: number, level: number): number {
    const scanner = this.#scanner;
    const bytes = scanner.bytes;
    scanner.enter(open, level);
    if (message.isItem) this.items++;
    if (message.isTelemetry) this.isEmpty = false;
    let at = scanner.token(open + 1);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    let seen = 0;
    let key: Key<Field> | undefined;
    for (;;) {
      scanner.enterMember(at, level);
      const likely: Key<Field> | undefined = key === undefined ? message.byKey.first : key.next;
      if (likely !== undefined && isKeyAt(scanner.view, at, likely)) {
        key = likely;
        at = scanner.token(at + likely.text.length);
      } else {
        const keyEnd = scanner.string(at);
        const found = this.#key(message, at, keyEnd);
        if (key === undefined) message.byKey.first = found;
        else key.next = found;
        key = found;
        at = scanner.colon(keyEnd, level);
      }
      const field = key?.value;
      if (field === undefined) {
        this.isEmpty = false;
        this.#notes.add("unknown-key");
        at = scanner.any(at, level + 1);
      } else if (bytes[at] === LOWER_N) {
        // Null means "unset" everywhere, but the collector takes it only for strings, objects and arrays.
        const isCommon = field.isRepeated || field.kind === KIND.message || field.kind === KIND.string;
        if (!isCommon) this.#notes.add("null");
        at = scanner.null(at);
      } else {
        if ((seen & field.bit) !== 0) this.#notes.add("duplicate-field");
        seen |= field.bit;
        at = field.isRepeated ? this.#array(field, at, level) : this.#value(field, at, level);
      }
      const next = scanner.next(at, CLOSE_BRACE, level);
      if (next < 0) return -next;
      at = next;
    }
  }

  /** What is known of the key that is `bytes[at, end)`, quotes included. */
  #key(message: Message, at: number, end: number): Key<Field> | undefined {
    const bytes = this.#scanner.bytes;
    const key = message.byKey.find(bytes, at + 1, end - 1);
    if (key !== undefined) return key;
    const snake = message.bySnakeKey.find(bytes, at + 1, end - 1);
    if (snake !== undefined) {
      this.#notes.add("snake-case-key");
      return message.byKey.get(snake.value.name);
    }
    return hasBackslash(bytes, at, end) ? message.byKey.get(this.#text(at, end)) : undefined;
  }

  #array(field: Field, open: number, level: number): number {
    const scanner = this.#scanner;
    const bytes = scanner.bytes;
    if (bytes[open] !== OPEN_BRACKET) scanner.fail(open, "an array");
    let at = scanner.token(open + 1);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    for (let index = 0; ; index++) {
      scanner.path.memberElement(level, index);
      if (bytes[at] === LOWER_N) {
        this.#notes.add("null");
        at = scanner.null(at);
      } else {
        at = this.#value(field, at, level);
      }
      const next = scanner.next(at, CLOSE_BRACKET, level + 1);
      if (next < 0) return -next;
      at = next;
    }
  }

  #value(field: Field, at: number, level: number): number {
    const scanner = this.#scanner;
    switch (field.kind) {
      case KIND.message:
        if (scanner.bytes[at] !== OPEN_BRACE || field.message === undefined) return scanner.fail(at, "an object");
        return this.#message(field.message, at, level + 1);
      case KIND.string:
        return scanner.string(at);
      case KIND.bool:
        return scanner.boolean(at);
      case KIND.double:
        return this.#double(at);
      case KIND.id:
        return this.#id(field.idBytes, at);
      case KIND.bytes:
        return this.#base64(at);
      case KIND.enum:
        return scanner.bytes[at] === QUOTE ? this.#enumName(field.enumNames, at) : this.#integer(field.kind, at);
      case KIND.strindex:
        this.#notes.add("string-table-index");
        break;
      case KIND.int32:
      case KIND.uint32:
      case KIND.sint32:
      case KIND.fixed32:
      case KIND.int64:
      case KIND.uint64:
      case KIND.fixed64:
      case KIND.sfixed64:
        break;
    }
    return this.#integer(field.kind, at);
  }

  #integer(kind: Kind, at: number): number {
    const scanner = this.#scanner;
    const bytes = scanner.bytes;
    const isQuoted = bytes[at] === QUOTE;
    const first = isQuoted ? at + 1 : at;
    const digits = bytes[first] === MINUS && IS_SIGNED[kind] === true ? first + 1 : first;
    let end = digits;
    while (end < bytes.length && isDigit(bytes[end] ?? 0)) end++;
    const count = end - digits;
    const isSafe = count <= (SAFE_DIGITS[kind] ?? 0) && (bytes[digits] !== ZERO ? count > 0 : count === 1);
    if (isSafe && isQuoted && bytes[end] === QUOTE) return end + 1;
    if (isSafe && !isQuoted && !continuesNumber(bytes[end] ?? 0)) return end;

    const tokenEnd = isQuoted ? scanner.string(at) : this.#number(at);
    const form = this.#short.integerForm(bytes, first, isQuoted ? tokenEnd - 1 : tokenEnd, kind);
    return this.#judged(form ?? integerForm(this.#text(at, tokenEnd), kind), at, tokenEnd);
  }

  #double(at: number): number {
    const { bytes } = this.#scanner;
    if (bytes[at] === QUOTE) {
      const end = this.#scanner.string(at);
      const form = this.#short.doubleForm(bytes, at + 1, end - 1);
      return this.#judged(form ?? doubleForm(this.#text(at, end), true), at, end);
    }
    const end = this.#number(at);
    if (!this.#scanner.hasExponent && end - at < FINITE_MAX_CHARACTERS) return end;
    const form = this.#short.doubleForm(bytes, at, end);
    return this.#judged(form ?? doubleForm(this.#text(at, end), false), at, end);
  }

  #number(at: number): number {
    const byte = this.#scanner.bytes[at] ?? 0;
    if (byte !== MINUS && !isDigit(byte)) this.#scanner.fail(at, "a number");
    return this.#scanner.number(at);
  }

  #judged(form: NumberForm, at: number, end: number): number {
    if (form === undefined) this.#scanner.fail(at, "a number");
    if (form !== "plain") this.#notes.add(form);
    return end;
  }

  #enumName(names: readonly string[], at: number): number {
    const end = this.#scanner.string(at);
    const text = this.#text(at, end);
    if (names.includes(text)) this.#notes.add("enum-name");
    else this.#notes.add(integerForm(text, KIND.enum) === undefined ? "unknown-enum-name" : "number-form");
    return end;
  }

  #id(idBytes: number, at: number): number {
    const bytes = this.#scanner.bytes;
    let end = at + 1;
    while (end < bytes.length && hexDigit(bytes[end] ?? 0) >= 0) end++;
    const digits = end - at - 1;
    if (bytes[at] === QUOTE && bytes[end] === QUOTE && (digits === 2 * idBytes || digits === 0)) return end + 1;

    const tokenEnd = this.#scanner.string(at);
    const text = this.#text(at, tokenEnd);
    const isId = HEX.test(text) && (text.length === 2 * idBytes || text.length === 0);
    if (!isId) this.#scanner.fail(at, `${2 * idBytes} hex digits`);
    return tokenEnd;
  }

  #base64(at: number): number {
    const bytes = this.#scanner.bytes;
    let digits = at + 1;
    while (digits < bytes.length && IS_BASE64[bytes[digits] ?? 0] === 1) digits++;
    let close = digits;
    while (close < digits + 2 && bytes[close] === EQUALS) close++;
    if (bytes[at] === QUOTE && bytes[close] === QUOTE && (close - at - 1) % 4 === 0) return close + 1;

    const end = this.#scanner.string(at);
    const text = this.#text(at, end);
    if (!ANY_BASE64.test(text) || text.replace(/=+$/, "").length % 4 === 1) this.#scanner.fail(at, "base64");
    this.#notes.add("base64-form");
    return end;
  }

  /** The text of the string or number token `bytes[at, end)`. */
  #text(at: number, end: number): string {
    const { bytes } = this.#scanner;
    const isQuoted = bytes[at] === QUOTE;
    if (isQuoted && hasBackslash(bytes, at, end)) return String(JSON.parse(textOf(bytes, at, end)));
    return isQuoted ? textOf(bytes, at + 1, end - 1) : textOf(bytes, at, end);
  }
}

/** Without a view: a request may have millions of such tokens, and the views would be most of the garbage. */
function textOf(bytes: Uint8Array, at: number, end: number): string {
  return Buffer.prototype.toString.call(bytes, "utf8", at, end);
}

function continuesNumber(byte: number): boolean {
  return byte === DOT || byte === LOWER_E || byte === UPPER_E;
}

/** Without a view: a request may have millions of unknown keys. */
function hasBackslash(bytes: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}
