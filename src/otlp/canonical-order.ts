/**
 * Protobuf lets a sender repeat what is singular (the last one wins, messages merge), set two members of a oneof (the
 * last one wins) and mix repeated fields. JSON that is written in the order of the bytes cannot. So the rare message that
 * does it is first put in order: each field's bytes together, and of a singular field only the part that counts. In
 * place, because the result is never longer, and through one scratch memory: a hostile body costs one copy, however deep
 * it nests.
 */
import { copyBytes } from "./copy-bytes.ts";
import { Fault } from "./fault.ts";
import { type Field, KIND, type Message, WIRE } from "./schema.ts";
import type { WireReader } from "./wire-reader.ts";

/** What is written of one field, or of all unknown ones together. */
interface Region {
  /** Occurrences before this position do not count. */
  from: number;
  /** Bytes that will be written: whole occurrences, or only payloads where they merge. */
  size: number;
  /** While writing: where the next byte goes. */
  to: number;
}
type Regions = readonly (Region | undefined)[];

/**
 * Puts the fields of the message in `reader.bytes[reader.at, end)` in order and returns its new end. `reader.at` stays.
 * A message with a {@link Fault} stays as it is: whoever reads it next meets the fault, and knows its place.
 */
export function canonicalOrder(message: Message, reader: WireReader, end: number, levels: number): number {
  const start = reader.at;
  try {
    return isInOrder(message, reader, end, levels) ? end : putInOrder(message, reader, start, end, levels);
  } catch (error) {
    if (error instanceof Fault) return end;
    throw error;
  } finally {
    reader.at = start;
  }
}

/** Numbers that are repeated may come packed into one length-delimited value. Throws {@link Fault}. */
export function checkWireType(field: Field, tag: number): void {
  const isPacked = field.isRepeated && (tag & 7) === WIRE.bytes;
  if ((tag & 7) === field.wireType || isPacked) return;
  throw new Fault(`wire type ${tag & 7}, wire type ${field.wireType} wanted`);
}

/** Passes over the next field; undefined when it is unknown. */
function nextField(message: Message, reader: WireReader, end: number, levels: number): Field | undefined {
  const tag = reader.tag(end);
  const field = message.byNumber[tag >>> 3];
  if (field !== undefined) checkWireType(field, tag);
  reader.skip(tag, end, levels);
  return field;
}

function isInOrder(message: Message, reader: WireReader, end: number, levels: number): boolean {
  let seen = 0;
  let run: Field | undefined;
  while (reader.at < end) {
    const field = nextField(message, reader, end, levels);
    if (field === undefined || (field === run && field.isRepeated)) continue;
    if ((seen & field.bit) !== 0) return false;
    seen |= field.bit;
    run = field;
  }
  return true;
}

function putInOrder(message: Message, reader: WireReader, start: number, end: number, levels: number): number {
  const regions = regionsOf(message, reader, start, end, levels);
  const ordered = reader.scratch(end - start);
  const size = layOut(message, regions, ordered);
  reader.at = start;
  while (reader.at < end) {
    const { at } = reader;
    const field = nextField(message, reader, end, levels);
    const region = regions[field?.number ?? 0];
    if (region === undefined || at < region.from) continue;
    const from = isMerged(field) ? reader.at - payloadBytes(reader, at) : at;
    region.to = copyBytes(reader.bytes, from, reader.at, ordered, region.to);
  }
  return copyBytes(ordered, 0, size, reader.bytes, start);
}

/** By field number; 0 stands for all unknown fields. None for a field that does not count. */
function regionsOf(message: Message, reader: WireReader, start: number, end: number, levels: number): Regions {
  const regions: (Region | undefined)[] = [];
  reader.at = start;
  while (reader.at < end) {
    const { at } = reader;
    const field = nextField(message, reader, end, levels);
    const region = (regions[field?.number ?? 0] ??= { from: at, size: 0, to: 0 });
    if (isMerged(field)) region.size += payloadBytes(reader, at);
    else if (field === undefined || field.isRepeated) region.size += reader.at - at;
    else {
      region.from = at;
      region.size = reader.at - at;
    }
    if (field === undefined) continue;
    for (const rival of field.rivals) if (rival !== field) regions[rival.number] = undefined;
  }
  return regions;
}

/** Whether several of it are one message. */
function isMerged(field: Field | undefined): boolean {
  return field !== undefined && field.kind === KIND.message && !field.isRepeated;
}

/** Payload of the length-delimited field that begins at `at` and ends at `reader.at`. */
function payloadBytes(reader: WireReader, at: number): number {
  const end = reader.at;
  reader.at = at;
  reader.tag(end);
  const size = reader.lengthEnd(end) - reader.at;
  reader.at = end;
  return size;
}

/** Gives every region its place, writes the headers of those that merge, returns the size of all. */
function layOut(message: Message, regions: Regions, ordered: Uint8Array): number {
  let at = 0;
  for (let number = 0; number < regions.length; number++) {
    const region = regions[number];
    if (region === undefined) continue;
    if (isMerged(message.byNumber[number])) {
      at = writeVarint(ordered, at, number * 8 + WIRE.bytes);
      at = writeVarint(ordered, at, region.size);
    }
    region.to = at;
    at += region.size;
  }
  return at;
}

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}
