/** Encodes our own answers as protobuf. They are small and rare, so protobufjs writes them, by the wire table. */
import type * as Protobufjs from "protobufjs/minimal.js";
import { type Field, KIND, type Message } from "./schema.ts";

/** A message in OTLP/JSON terms: JSON names, 64-bit integers as decimal strings. Bytes, however, are bytes. */
export type MessageValue = { readonly [name: string]: FieldValue | readonly FieldValue[] };
type FieldValue = string | number | Uint8Array | MessageValue;

/** Throws TypeError for a name or a value that is not in the table of `message`. */
export function encodeMessage(message: Message, value: MessageValue): Uint8Array {
  const writer = newWriter();
  writeMessage(writer, message, value);
  return writer.finish();
}

/** Loaded with the first answer that is not empty: this saves 3 ms and 1.6 MB at the start. */
function newWriter(): Protobufjs.Writer {
  const { Writer }: typeof Protobufjs = require("protobufjs/minimal.js");
  return new Writer();
}

function writeMessage(writer: Protobufjs.Writer, message: Message, value: MessageValue): void {
  for (const [name, fieldValue] of Object.entries(value)) {
    const field = message.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new TypeError(`Cannot encode ${message.name}: it has no field "${name}"`);
    const values = Array.isArray(fieldValue) ? fieldValue : [fieldValue];
    for (const one of values) writeField(writer.uint32(field.number * 8 + field.wireType), field, one);
  }
}

function writeField(writer: Protobufjs.Writer, field: Field, value: FieldValue): void {
  if (field.message !== undefined && typeof value === "object" && !(value instanceof Uint8Array)) {
    writeMessage(writer.fork(), field.message, value);
    writer.ldelim();
  } else if (field.kind === KIND.string && typeof value === "string") writer.string(value);
  else if (field.kind === KIND.bytes && value instanceof Uint8Array) writer.bytes(value);
  else if (field.kind === KIND.int32 && typeof value === "number") writer.int32(value);
  else if (field.kind === KIND.int64 && typeof value === "string") writer.int64(Number(value));
  else throw new TypeError(`Cannot encode field "${field.name}": no answer has a ${typeof value} there`);
}
