/**
 * Writes a protobuf request as strict OTLP/JSON while it reads it: no objects, one pass. A message whose fields have an
 * order that JSON cannot follow is put in order before (canonical-order.ts).
 */
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE } from "./ascii.ts";
import { canonicalOrder, checkWireType } from "./canonical-order.ts";
import { doubleText } from "./double-text.ts";
import { decoding, Fault, within } from "./fault.ts";
import { JsonOutput } from "./json-output.ts";
import type { Notes } from "./notes.ts";
import { type Field, KIND, type Message } from "./schema.ts";
import { WireReader } from "./wire-reader.ts";

/** Of a line over its protobuf. */
const USUAL_GROWTH = 2;

export class ProtobufToJson {
  /** Log records, spans or data points. */
  items = 0;
  /** There was nothing to store. */
  isEmpty = true;
  /** The highest value of an enum. */
  enumMax = 0;

  readonly #reader: WireReader;
  readonly #output: JsonOutput;
  readonly #nestingMax: number;
  readonly #notes: Notes;

  /** Of `body`, with at most `nestingMax` messages in each other; its line has at most `lineMaxBytes`. */
  constructor(body: Uint8Array, nestingMax: number, lineMaxBytes: number, notes: Notes) {
    this.#reader = new WireReader(body);
    this.#output = new JsonOutput(lineMaxBytes, USUAL_GROWTH * body.length);
    this.#nestingMax = nestingMax;
    this.#notes = notes;
  }

  /** The line for the body, which is one `message` and may be changed. Call it once. Throws DecodeError. */
  transcode(message: Message): Uint8Array {
    decoding(() => this.#message(message, this.#reader.bytes.length, 1));
    return this.#output.finish();
  }

  #message(message: Message, sentEnd: number, level: number): void {
    const reader = this.#reader;
    const output = this.#output;
    const levelsLeft = this.#nestingMax - level;
    if (levelsLeft < 0) throw new Fault(`nested too deep, at most ${this.#nestingMax} messages wanted`);
    if (message.isItem) this.items++;
    if (message.isTelemetry) this.isEmpty = false;
    const end = canonicalOrder(message, reader, sentEnd, levelsLeft);

    let separator = OPEN_BRACE;
    /** The repeated field whose array is open, and how many elements it has. */
    let run: Field | undefined;
    let elements = 0;
    let field: Field | undefined;
    try {
      while (reader.at < end) {
        field = undefined;
        const tag = reader.tag(end);
        field = message.byNumber[tag >>> 3];
        if (field === undefined) {
          reader.skip(tag, end, levelsLeft);
          this.#notes.add("unknown-field");
          continue;
        }
        checkWireType(field, tag);
        if (field !== run && run !== undefined) {
          output.byte(CLOSE_BRACKET);
          run = undefined;
        }
        if (this.#isLeftOut(field, end)) continue;
        if (field !== run) {
          output.byte(separator);
          output.ascii(field.prefix);
          separator = COMMA;
          elements = 0;
        }
        if (!field.isRepeated) {
          this.#value(field, end, level);
          continue;
        }
        run = field;
        if ((tag & 7) === field.wireType) {
          this.#element(field, end, level, elements++);
          continue;
        }
        const packedEnd = reader.lengthEnd(end);
        while (reader.at < packedEnd) this.#element(field, packedEnd, level, elements++);
      }
    } catch (error) {
      throw field === undefined ? error : within(field.name, error);
    }
    if (run !== undefined) output.byte(CLOSE_BRACKET);
    if (separator === OPEN_BRACE) output.byte(OPEN_BRACE);
    output.byte(CLOSE_BRACE);
  }

  #element(field: Field, end: number, level: number, index: number): void {
    if (index > 0) this.#output.byte(COMMA);
    try {
      this.#value(field, end, level);
    } catch (error) {
      throw within(index, error);
    }
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
        const replacements = output.string(reader.bytes, reader.at, stringEnd);
        if (replacements > 0) this.#notes.add("invalid-utf8", replacements);
        reader.at = stringEnd;
        return;
      }
      case KIND.id:
      case KIND.bytes: {
        const bytesEnd = reader.lengthEnd(end);
        const slice = field.kind === KIND.id ? Buffer.prototype.hexSlice : Buffer.prototype.base64Slice;
        output.quoted(slice.call(reader.bytes, reader.at, bytesEnd));
        reader.at = bytesEnd;
        return;
      }
      case KIND.fixed64:
        return output.quoted(String(reader.fixed64(end)));
      case KIND.sfixed64:
        return output.quoted(String(signed(reader.fixed64(end))));
      case KIND.uint64:
        return output.quoted(String(reader.varint64(end)));
      case KIND.int64:
        return output.quoted(String(signed(reader.varint64(end))));
      case KIND.double: {
        const double = reader.double(end);
        return Number.isFinite(double) ? output.ascii(doubleText(double)) : output.quoted(String(double));
      }
      case KIND.fixed32:
        return output.ascii(String(reader.fixed32(end)));
      case KIND.uint32:
        return output.ascii(String(reader.varint(end)));
      case KIND.int32:
        return output.ascii(String(reader.varint(end) | 0));
      case KIND.enum: {
        const value = reader.varint(end) | 0;
        this.enumMax = Math.max(this.enumMax, value);
        return output.ascii(String(value));
      }
      case KIND.sint32: {
        const zigzag = reader.varint(end);
        return output.ascii(String((zigzag >>> 1) ^ -(zigzag & 1)));
      }
      case KIND.bool: {
        const low = reader.varint(end);
        return output.ascii(low !== 0 || reader.high !== 0 ? "true" : "false");
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
    if (field.kind !== KIND.id) return false;
    const { at } = reader;
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
}

/** 64 bits as a two's complement integer. */
function signed(bits: number | bigint): number | bigint {
  return typeof bits === "bigint" ? BigInt.asIntN(64, bits) : bits;
}
