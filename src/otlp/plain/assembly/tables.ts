/**
 * The wire table in memory. The host links it once, message by message. The fields of a message are found by number for
 * protobuf, by the first bytes of the key for JSON.
 */

import { bits } from "./bytes";

/** The most bytes of `"name":` and `,"name":[`, a multiple of 16. */
export const TEXT_MAX_BYTES: usize = 48;
const SLOT_BITS: u32 = 5;
/** The host puts bodies and lines after this address. */
export const TABLES_END: usize = 0x10000;

@unmanaged
export class Field {
  kind: u32;
  isRepeated: bool;
  isSigned: bool;
  /** The wire type of one value. */
  wireType: u32;
  /** Of a set of the message's fields; the members of a oneof share theirs. */
  bit: u32;
  /** Of an id. */
  idBytes: u32;
  /** The largest integer, and how many digits fit for certain. */
  most: u64;
  safeDigits: u32;
  message: Message | null;
  /** The field whose key came after this one last time. */
  next: Field | null;
  /** Another field with the same slot. */
  chain: Field | null;
  keyBytes: u32;
  prefixBytes: u32;
}

@unmanaged
export class Message {
  isItem: bool;
  isTelemetry: bool;
  numberMax: u32;
  /** The field whose key came first last time. */
  first: Field | null;
}

/** After a Field: `"name":`, then `,"name":`, with `[` when it is repeated. */
export function keyOf(field: Field): usize {
  return changetype<usize>(field) + offsetof<Field>();
}

export function prefixOf(field: Field): usize {
  return keyOf(field) + TEXT_MAX_BYTES;
}

export function fieldOfNumber(message: Message, number: u32): Field | null {
  if (number > message.numberMax) return null;
  return load<Field | null>(numbersOf(message) + ((<usize>number) << 2));
}

/** The field whose key, colon and all, is at `at`. */
export function fieldOfKey(message: Message, at: usize): Field | null {
  let field = load<Field | null>(slotOf(message, at));
  while (field !== null && !isKeyAt(at, field)) field = field.chain;
  return field;
}

export function isKeyAt(at: usize, field: Field): bool {
  const key = keyOf(field);
  const bytes = field.keyBytes;
  const first = bits(i8x16.eq(v128.load(at), v128.load(key)));
  if (bytes <= 16) {
    const mask = (1 << bytes) - 1;
    return (first & mask) === mask;
  }
  // The last 16 bytes overlap those before.
  return (
    first === 0xffff && isEqual16(at + bytes - 16, key + bytes - 16) && (bytes <= 32 || isEqual16(at + 16, key + 16))
  );
}

function isEqual16(a: usize, b: usize): bool {
  return bits(i8x16.eq(v128.load(a), v128.load(b))) === 0xffff;
}

/** By the first four bytes of the key, its quote included. */
function slotOf(message: Message, at: usize): usize {
  const slot = (load<u32>(at) * 0x9e3779b1) >> (32 - SLOT_BITS);
  return changetype<usize>(message) + offsetof<Message>() + ((<usize>slot) << 2);
}

function numbersOf(message: Message): usize {
  return changetype<usize>(message) + offsetof<Message>() + (4 << SLOT_BITS);
}

let top: usize = (__heap_base + 15) & ~15;

function allocate(bytes: usize): usize {
  const at = top;
  top = (at + bytes + 15) & ~15;
  if (top > TABLES_END) unreachable();
  return at;
}

/** A message without fields yet. */
export function addMessage(isItem: bool, isTelemetry: bool, numberMax: u32): Message {
  const bytes = offsetof<Message>() + (4 << SLOT_BITS) + ((<usize>numberMax + 1) << 2);
  const message = changetype<Message>(allocate(bytes));
  message.isItem = isItem;
  message.isTelemetry = isTelemetry;
  message.numberMax = numberMax;
  return message;
}

/** Adds a field whose name, ASCII, is at `nameAt`. */
export function addField(
  owner: Message,
  number: u32,
  nameAt: usize,
  nameBytes: u32,
  kind: u32,
  isRepeated: bool,
  isSigned: bool,
  wireType: u32,
  bit: u32,
  idBytes: u32,
  most: u64,
  safeDigits: u32,
  message: Message | null,
): void {
  if (nameBytes + 5 > <u32>TEXT_MAX_BYTES) unreachable();
  const field = changetype<Field>(allocate(offsetof<Field>() + 2 * TEXT_MAX_BYTES));
  field.kind = kind;
  field.isRepeated = isRepeated;
  field.isSigned = isSigned;
  field.wireType = wireType;
  field.bit = bit;
  field.idBytes = idBytes;
  field.most = most;
  field.safeDigits = safeDigits;
  field.message = message;
  field.keyBytes = nameBytes + 3;
  field.prefixBytes = nameBytes + (isRepeated ? 5 : 4);
  const key = keyOf(field);
  store<u8>(key, 0x22);
  memory.copy(key + 1, nameAt, nameBytes);
  store<u16>(key + 1 + nameBytes, 0x3a22);
  const prefix = prefixOf(field);
  store<u8>(prefix, 0x2c);
  memory.copy(prefix + 1, key, nameBytes + 3);
  store<u8>(prefix + 4 + nameBytes, 0x5b);
  store<Field>(numbersOf(owner) + ((<usize>number) << 2), field);
  const slot = slotOf(owner, key);
  field.chain = load<Field | null>(slot);
  store<Field>(slot, field);
}
