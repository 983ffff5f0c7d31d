/**
 * Writes a protobuf request as strict OTLP/JSON while it reads it: no objects, no strings, one pass. The rare message
 * whose fields have an order that JSON cannot follow makes the whole request start again. Then each message is put in
 * order first (canonical-order.ts).
 */
import { CLOSE_BRACKET, COMMA } from "./ascii.ts";
import { canonicalOrder } from "./canonical-order.ts";
import { DecodeError } from "./decode-error.ts";
import { JsonOutput } from "./json-output.ts";
import type { Notes } from "./notes.ts";
import { type Field, KIND, type Message, WIRE } from "./schema.ts";
import { WireError, WireReader } from "./wire-reader.ts";
import { wordsOf } from "./words.ts";

const TRUE = wordsOf("true");
const FALSE = wordsOf("false");
const OUT_OF_ORDER = new Error("The fields of a message come in an order that JSON cannot follow");

export class ProtobufToJson {
  /** Log records, spans or data points of the last request. */
  items = 0;
  /** The last request held nothing to store. */
  isEmpty = true;

  readonly #reader = new WireReader();
  readonly #output = new JsonOutput();
  readonly #notes: Notes;
  #nestingMax = 0;
  #putsInOrder = false;
  // The current place, for the path of an error: field number and index (-1: not repeated) by level. The root is 1.
  #level = 0;
  #numbers = new Int32Array(0);
  #indexes = new Int32Array(0);

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /**
   * The line for `body`, a view valid until the next call. `body` may be changed in place. Throws DecodeError: bad-data
   * for what is not this message or nests deeper than `nestingMax` messages, too-large beyond `lineMaxBytes`.
   */
  transcode(message: Message, body: Uint8Array, nestingMax: number, lineMaxBytes: number): Uint8Array {
    if (this.#nestingMax !== nestingMax) {
      this.#nestingMax = nestingMax;
      this.#numbers = new Int32Array(nestingMax + 1);
      this.#indexes = new Int32Array(nestingMax + 1);
    }
    try {
      return this.#attempt(message, body, lineMaxBytes, false);
    } catch (error) {
      if (error === OUT_OF_ORDER) return this.#attempt(message, body, lineMaxBytes, true);
      throw error;
    } finally {
      this.#reader.release();
      this.#output.release();
    }
  }

  #attempt(message: Message, body: Uint8Array, lineMaxBytes: number, putsInOrder: boolean): Uint8Array {
    this.items = 0;
    this.isEmpty = true;
    this.#notes.reset();
    this.#putsInOrder = putsInOrder;
    this.#reader.begin(body);
    this.#output.begin(lineMaxBytes);
    try {
      this.#message(message, body.length, 1);
      return this.#output.finish();
    } catch (error) {
      if (error instanceof WireError) throw new DecodeError("bad-data", this.#path(message), error.message);
      throw error;
    }
  }

  #message(message: Message, sentEnd: number, level: number): void {
    const reader = this.#reader;
    const output = this.#output;
    this.#level = level - 1;
    if (level > this.#nestingMax) throw new WireError(`nested too deep, at most ${this.#nestingMax} messages wanted`);
    if (message.isItem) this.items++;
    if (message.isTelemetry) this.isEmpty = false;
    const end = this.#putsInOrder
      ? canonicalOrder(message, reader, sentEnd, this.#nestingMax - level, checkWireType)
      : sentEnd;

    const opened = output.openObject();
    let seen = 0;
    let run: Field | undefined;
    let runLength = 0;
    while (reader.at < end) {
      this.#level = level - 1;
      const tag = reader.tag(end);
      const number = tag >>> 3;
      const field = number < message.byNumber.length ? message.byNumber[number] : undefined;
      if (field === undefined) {
        reader.skip(tag, end, this.#nestingMax - level);
        this.#notes.add("unknown-field");
        continue;
      }
      this.#level = level;
      this.#numbers[level] = number;
      this.#indexes[level] = -1;
      if (field !== run) {
        if (run !== undefined) output.byte(CLOSE_BRACKET);
        run = undefined;
        if ((seen & field.bit) !== 0) throw OUT_OF_ORDER;
        seen |= field.bit;
      }
      if ((tag & 7) !== field.wireType) checkWireType(field, tag);
      if ((field.kind === KIND.id || field.kind === KIND.strindex) && this.#isLeftOut(field, end)) continue;
      if (!field.isRepeated) {
        output.raw(field.prefix);
        this.#value(field, end, level);
        continue;
      }
      if (field !== run) {
        output.raw(field.prefix);
        run = field;
        runLength = 0;
      }
      if ((tag & 7) === field.wireType) {
        this.#element(field, end, level, runLength++);
        continue;
      }
      const packedEnd = reader.lengthEnd(end);
      while (reader.at < packedEnd) this.#element(field, packedEnd, level, runLength++);
    }
    if (run !== undefined) output.byte(CLOSE_BRACKET);
    output.closeObject(opened);
  }

  #element(field: Field, end: number, level: number, index: number): void {
    this.#indexes[level] = index;
    if (index > 0) this.#output.byte(COMMA);
    this.#value(field, end, level);
  }

  /** Writes the value that comes next. */
  #value(field: Field, end: number, level: number): void {
    const reader = this.#reader;
    const output = this.#output;
    switch (field.kind) {
      case KIND.message: {
        const messageEnd = reader.lengthEnd(end);
        if (field.message !== undefined) this.#message(field.message, messageEnd, level + 1);
        // It may have become shorter when it was put in order.
        reader.at = messageEnd;
        return;
      }
      case KIND.string: {
        const stringEnd = reader.lengthEnd(end);
        const replacements = output.string(reader.bytes, reader.view, reader.at, stringEnd);
        if (replacements > 0) this.#notes.add("invalid-utf8", replacements);
        reader.at = stringEnd;
        return;
      }
      case KIND.id: {
        const idEnd = reader.lengthEnd(end);
        output.hex(reader.bytes, reader.at, idEnd);
        reader.at = idEnd;
        return;
      }
      case KIND.bytes: {
        const bytesEnd = reader.lengthEnd(end);
        output.base64(reader.bytes, reader.at, bytesEnd);
        reader.at = bytesEnd;
        return;
      }
      case KIND.fixed64: {
        const low = reader.uint32(end);
        return output.uint64(low, reader.uint32(end));
      }
      case KIND.sfixed64: {
        const low = reader.uint32(end);
        return output.int64(low, reader.uint32(end));
      }
      case KIND.int64: {
        const low = reader.varint(end);
        return output.int64(low, reader.high);
      }
      case KIND.uint64: {
        const low = reader.varint(end);
        return output.uint64(low, reader.high);
      }
      case KIND.double:
        return output.double(reader.double(end));
      case KIND.fixed32:
        return output.integer(reader.uint32(end));
      case KIND.uint32:
        return output.integer(reader.varint(end));
      case KIND.int32:
      case KIND.enum:
        return output.integer(reader.varint(end) | 0);
      case KIND.sint32: {
        const zigzag = reader.varint(end);
        return output.integer((zigzag >>> 1) ^ -(zigzag & 1));
      }
      case KIND.bool: {
        const low = reader.varint(end);
        return output.raw(low !== 0 || reader.high !== 0 ? TRUE : FALSE);
      }
      case KIND.strindex:
        return;
    }
  }

  /** Passes over an id of a wrong length, and over indexes into a string table. Reads nothing otherwise. */
  #isLeftOut(field: Field, end: number): boolean {
    const reader = this.#reader;
    if (field.kind === KIND.strindex) {
      reader.varint(end);
      this.#notes.add("string-table-index");
      return true;
    }
    const at = reader.at;
    const idEnd = reader.lengthEnd(end);
    const bytes = idEnd - reader.at;
    if (bytes === field.idBytes) {
      reader.at = at;
      return false;
    }
    reader.at = idEnd;
    if (bytes !== 0) this.#notes.add("malformed-id");
    return true;
  }

  #path(root: Message): string {
    let message: Message | undefined = root;
    let path = "";
    for (let level = 1; level <= this.#level; level++) {
      const field: Field | undefined = message?.byNumber[this.#numbers[level] ?? 0];
      const index = this.#indexes[level] ?? -1;
      path += `${level > 1 ? "." : ""}${field?.name}${index < 0 ? "" : `[${index}]`}`;
      message = field?.message;
    }
    return path;
  }
}

/** Numbers that are repeated may come packed into one length-delimited value. Throws {@link WireError}. */
function checkWireType(field: Field, tag: number): void {
  const isPacked = field.isRepeated && (tag & 7) === WIRE.bytes;
  if ((tag & 7) === field.wireType || isPacked) return;
  throw new WireError(`wire type ${tag & 7}, wire type ${field.wireType} wanted`);
}
