/**
 * Protobuf lets a sender repeat what is singular (the last one wins, messages merge), set two members of a oneof (the
 * last one wins) and mix repeated fields. JSON that is written in the order of the bytes cannot. So the rare message that
 * does it is first put in order: each field's bytes together, and of a singular field only the part that counts. In
 * place, because the result is never longer: a hostile body costs one copy of memory, however deep it nests.
 */
import { type Field, KIND, type Message, WIRE } from "./schema.ts";
import type { WireReader } from "./wire-reader.ts";

/** Up to this length bytes are copied one by one. */
const SMALL_BYTES = 64;

/** What is written of one field; number 0 stands for all unknown ones. */
interface Region {
  /** Occurrences before this position do not count. */
  from: number;
  /** Bytes that will be written: whole occurrences, or only payloads where they merge. */
  size: number;
  merges: boolean;
  /** While writing: where the next byte goes. */
  to: number;
}

/**
 * Puts the fields of the message in `reader.bytes[reader.at, end)` in order and returns its new end. `reader.at` stays.
 * `checkWireType` throws for a field that has the wrong one. Throws what the reader throws.
 */
export function canonicalOrder(
  message: Message,
  reader: WireReader,
  end: number,
  levels: number,
  checkWireType: (field: Field, tag: number) => void,
): number {
  const start = reader.at;
  if (isInOrder(message, reader, end, levels, checkWireType)) return end;
  const regions: (Region | undefined)[] = [];
  const oneofHolders = new Map<number, Region>();

  while (reader.at < end) {
    const at = reader.at;
    const tag = reader.tag(end);
    const field = message.byNumber[tag >>> 3];
    if (field !== undefined) checkWireType(field, tag);
    reader.skip(tag, end, levels);
    const region = (regions[field?.number ?? 0] ??= { from: start, size: 0, merges: false, to: 0 });
    if (field === undefined || field.isRepeated) {
      region.size += reader.at - at;
      continue;
    }
    const holder = oneofHolders.get(field.bit);
    oneofHolders.set(field.bit, region);
    if (holder !== undefined && holder !== region) forget(holder);
    if (field.kind !== KIND.message) {
      region.from = at;
      region.size = reader.at - at;
      continue;
    }
    if (region.size === 0) region.from = at;
    region.merges = true;
    region.size += payloadBytes(reader, at);
  }

  const ordered = new Uint8Array(end - start);
  const newEnd = start + layOut(regions, ordered);
  reader.at = start;
  while (reader.at < end) {
    const at = reader.at;
    const tag = reader.tag(end);
    reader.skip(tag, end, levels);
    const region = regions[message.byNumber[tag >>> 3]?.number ?? 0];
    if (region === undefined || at < region.from) continue;
    const from = region.merges ? reader.at - payloadBytes(reader, at) : at;
    region.to = copy(reader.bytes, from, reader.at, ordered, region.to);
  }
  reader.bytes.set(ordered.subarray(0, newEnd - start), start);
  reader.at = start;
  return newEnd;
}

/** Nearly every message is in order, even in a request with one that is not. `reader.at` stays. */
function isInOrder(
  message: Message,
  reader: WireReader,
  end: number,
  levels: number,
  checkWireType: (field: Field, tag: number) => void,
): boolean {
  const start = reader.at;
  let seen = 0;
  let run: Field | undefined;
  let inOrder = true;
  while (inOrder && reader.at < end) {
    const tag = reader.tag(end);
    const field = message.byNumber[tag >>> 3];
    if (field !== undefined) checkWireType(field, tag);
    reader.skip(tag, end, levels);
    if (field === undefined || (field === run && field.isRepeated)) continue;
    inOrder = (seen & field.bit) === 0;
    seen |= field.bit;
    run = field;
  }
  reader.at = start;
  return inOrder;
}

/** Copies `bytes[from, end)` to `target[at…)` and returns where that ends. A view of a few bytes costs more than they do. */
function copy(bytes: Uint8Array, from: number, end: number, target: Uint8Array, at: number): number {
  if (end - from > SMALL_BYTES) target.set(bytes.subarray(from, end), at);
  else for (let n = 0; n < end - from; n++) target[at + n] = bytes[from + n] ?? 0;
  return at + end - from;
}

function forget(region: Region): void {
  region.from = Infinity;
  region.size = 0;
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
function layOut(regions: readonly (Region | undefined)[], ordered: Uint8Array): number {
  let at = 0;
  for (const [number, region] of regions.entries()) {
    if (region === undefined || region.from === Infinity) continue;
    if (region.merges) {
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
