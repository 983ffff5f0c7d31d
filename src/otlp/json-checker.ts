/**
 * Checks that a JSON text is an OTLP request, without building anything. The rules are ProtoJSON's, read as leniently as
 * today's readers do, because what is rejected here is lost. The text stays as it is. What only some readers take is
 * counted.
 */
import { CLOSE_BRACE, CLOSE_BRACKET, LOWER_N, MINUS, OPEN_BRACE, OPEN_BRACKET, QUOTE } from "./ascii.ts";
import { decoding, within } from "./fault.ts";
import { JsonScanner } from "./json-scanner.ts";
import type { Notes } from "./notes.ts";
import { doubleForm, integerForm, type NumberForm } from "./number-form.ts";
import { type Field, KIND, type Kind, type Message } from "./schema.ts";
import { isAt, isDigit, isHex, stringOf, type Text, unescaped } from "./text.ts";

/** The standard alphabet (RFC 4648, section 4). */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** That of URLs with it. */
const ANY_BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Numbers of enums are int32 on the wire; any other is counted as out of range. */
const INT32_MAX = 2 ** 31 - 1;

export class JsonChecker {
  /** Log records, spans or data points. */
  items = 0;
  /** There was neither telemetry nor a key that OTLP does not know. */
  isEmpty = true;
  /** The highest value of an enum. */
  enumMax = 0;

  readonly #bytes: Uint8Array;
  readonly #scanner: JsonScanner;
  readonly #notes: Notes;

  /**
   * Of `text`, valid UTF-8. A level of nesting is an object of OTLP, or any object or array below a key that OTLP does
   * not know.
   */
  constructor(text: Uint8Array, nestingMax: number, notes: Notes) {
    this.#bytes = text;
    this.#notes = notes;
    this.#scanner = new JsonScanner(text, nestingMax, notes);
  }

  /** Checks the text to be one `message`, once. It is changed where the scanner repairs. Throws DecodeError bad-data. */
  check(message: Message): void {
    decoding(() => {
      const scanner = this.#scanner;
      const open = scanner.token(0);
      if (this.#bytes[open] !== OPEN_BRACE) scanner.fail(open, "one JSON object");
      const rest = scanner.token(this.#message(message, open, 1));
      if (rest < this.#bytes.length) scanner.fail(rest, "nothing behind the object");
    });
  }

  #message(message: Message, open: number, level: number): number {
    const scanner = this.#scanner;
    scanner.enter(open, level);
    if (message.isItem) this.items++;
    if (message.isTelemetry) this.isEmpty = false;
    let at = scanner.token(open + 1);
    if (this.#bytes[at] === CLOSE_BRACE) return at + 1;
    let seen = 0;
    for (;;) {
      const key = at;
      const known = this.#field(message, key);
      const keyEnd = known === undefined ? scanner.key(key) : key + known.key.length;
      const field = known ?? this.#lenientField(message, key, keyEnd);
      at = scanner.colon(keyEnd);
      try {
        if (field === undefined) {
          this.isEmpty = false;
          this.#notes.add("unknown-key");
          at = scanner.any(at, level + 1);
        } else if (this.#bytes[at] === LOWER_N) {
          // Null means "unset" everywhere, but the collector takes it only for strings, objects and arrays.
          const isCommon = field.isRepeated || field.kind === KIND.message || field.kind === KIND.string;
          if (!isCommon) this.#notes.add("null");
          at = scanner.null(at);
        } else {
          if ((seen & field.bit) !== 0) this.#notes.add("duplicate-field");
          seen |= field.bit;
          at = field.isRepeated ? this.#array(field, at, level) : this.#value(field, at, level);
        }
      } catch (error) {
        throw within(scanner.keyText(key), error);
      }
      const next = scanner.next(at, CLOSE_BRACE);
      if (next < 0) return -next;
      at = next;
    }
  }

  #field({ fields }: Message, at: number): Field | undefined {
    for (const field of fields) if (isAt(this.#bytes, at, field.key)) return field;
    return undefined;
  }

  /** What the key that was just scanned stands for, if it is in snake case or has escapes. */
  #lenientField({ fields }: Message, at: number, end: number): Field | undefined {
    for (const field of fields) {
      if (!isAt(this.#bytes, at, field.snakeKey)) continue;
      this.#notes.add("snake-case-key");
      return field;
    }
    if (!this.#scanner.hasEscape) return undefined;
    const name = stringOf(this.#text(at, end));
    return fields.find((field) => field.name === name);
  }

  #array(field: Field, open: number, level: number): number {
    const scanner = this.#scanner;
    if (this.#bytes[open] !== OPEN_BRACKET) scanner.fail(open, "an array");
    let at = scanner.token(open + 1);
    if (this.#bytes[at] === CLOSE_BRACKET) return at + 1;
    let index = 0;
    try {
      for (; ; index++) {
        if (this.#bytes[at] === LOWER_N) {
          this.#notes.add("null");
          at = scanner.null(at);
        } else {
          at = this.#value(field, at, level);
        }
        const next = scanner.next(at, CLOSE_BRACKET);
        if (next < 0) return -next;
        at = next;
      }
    } catch (error) {
      throw within(index, error);
    }
  }

  #value(field: Field, at: number, level: number): number {
    const scanner = this.#scanner;
    switch (field.kind) {
      case KIND.message:
        if (this.#bytes[at] !== OPEN_BRACE || field.message === undefined) return scanner.fail(at, "an object");
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
        return this.#bytes[at] === QUOTE ? this.#enumName(field.enumNames, at) : this.#enumNumber(at);
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
    const end = this.#number(at);
    return this.#judged(integerForm(this.#text(at, end), kind), at, end);
  }

  #double(at: number): number {
    const end = this.#number(at);
    return this.#judged(doubleForm(this.#text(at, end)), at, end);
  }

  /** A string that may hold a number, or a number. */
  #number(at: number): number {
    const byte = this.#bytes[at];
    if (byte === QUOTE) return this.#scanner.string(at);
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
    const value = names.indexOf(stringOf(text));
    if (value >= 0) {
      this.#notes.add("enum-name");
      this.#noteEnum(value);
    } else if (integerForm(text, KIND.enum) === undefined) {
      this.#notes.add("unknown-enum-name");
    } else {
      this.#notes.add("number-form");
      this.#noteEnum(Number(stringOf(text)));
    }
    return end;
  }

  #enumNumber(at: number): number {
    const end = this.#integer(KIND.enum, at);
    this.#noteEnum(Number(stringOf(this.#text(at, end))));
    return end;
  }

  #noteEnum(value: number): void {
    if (value <= INT32_MAX) this.enumMax = Math.max(this.enumMax, value);
  }

  #id(idBytes: number, at: number): number {
    const end = this.#scanner.string(at);
    const text = this.#text(at, end);
    const digits = text.end - text.at;
    if (!isHex(text) || (digits !== 2 * idBytes && digits !== 0)) this.#scanner.fail(at, `${2 * idBytes} hex digits`);
    return end;
  }

  #base64(at: number): number {
    const end = this.#scanner.string(at);
    const sent = stringOf({ bytes: this.#bytes, at: at + 1, end: end - 1 });
    if (BASE64.test(sent) && sent.length % 4 === 0) return end;
    const text = stringOf(this.#text(at, end));
    if (!ANY_BASE64.test(text) || text.replace(/=+$/, "").length % 4 === 1) this.#scanner.fail(at, "base64");
    this.#notes.add("base64-form");
    return end;
  }

  /** The number or the inside of the string that was just scanned and is `bytes[at, end)`. */
  #text(at: number, end: number): Text {
    const bytes = this.#bytes;
    if (bytes[at] !== QUOTE) return { bytes, at, end };
    const inside = { bytes, at: at + 1, end: end - 1 };
    return this.#scanner.hasEscape ? unescaped(inside) : inside;
  }
}
