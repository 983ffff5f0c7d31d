/**
 * Writes a plain protobuf request as OTLP/JSON while it reads it. Functions that write return the position after what
 * they have written, or NOT_PLAIN.
 */
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE } from "../../ascii";
import {
  BOOL,
  BYTES,
  DOUBLE,
  ENUM,
  FIXED32,
  FIXED64,
  ID,
  INT32,
  INT64,
  MESSAGE,
  SFIXED64,
  SINT32,
  STRING,
  UINT32,
  UINT64,
} from "./kinds";
import { begin, enter, NOT_PLAIN, noteEnum } from "./request";
import { Field, fieldOfNumber, Message } from "./tables";
import {
  writeBase64,
  writeBool,
  writeByte,
  writeDouble,
  writeId,
  writePrefix,
  writeQuotedSigned,
  writeQuotedUnsigned,
  writeSigned,
  writeString,
  writeUnsigned,
} from "./text";

const WIRE_BYTES: u32 = 2;
/** Room for the prefix of a field, any scalar and the ends of two objects. */
const FIELD_MAX_BYTES: usize = 128;
const VARINT_MAX_BYTES: u32 = 10;
/** A position that no request reaches: the result of a read that failed. */
const BEYOND: usize = usize.MAX_VALUE;

/** Where the value ends that {@link varint} has read last. */
let next: usize = 0;
let limit: usize = 0;

/**
 * Transcodes the `message` `[at, end)` to the line that begins at `to`, and returns the end of the line. It may read 64
 * bytes beyond `end` and write SLACK_BYTES beyond `lineLimit`.
 */
export function transcode(
  message: Message,
  at: usize,
  end: usize,
  to: usize,
  lineLimit: usize,
  nestingMax: u32,
): usize {
  begin(nestingMax);
  limit = lineLimit;
  return writeMessage(message, at, end, to, 1);
}

function writeMessage(message: Message, at: usize, end: usize, to: usize, level: u32): usize {
  if (!enter(message.isItem, message.isTelemetry, level)) return NOT_PLAIN;
  const opened = to;
  let seen: u32 = 0;
  let run: Field | null = null;
  let runLength = 0;
  while (at < end) {
    if (to + FIELD_MAX_BYTES > limit) return NOT_PLAIN;
    const tag = varint32(at, end);
    at = next;
    const field = fieldOfNumber(message, tag >> 3);
    if (field === null) return NOT_PLAIN;
    if (field !== run) {
      if (run !== null) to = writeByte(CLOSE_BRACKET, to);
      run = null;
      // A second value, or one of an array that was closed already.
      if ((seen & field.bit) !== 0) return NOT_PLAIN;
      seen |= field.bit;
    }
    const wireType = tag & 7;
    if (wireType !== field.wireType && (!field.isRepeated || wireType !== WIRE_BYTES)) return NOT_PLAIN;

    let valueEnd = end;
    if (wireType === WIRE_BYTES) {
      const bytes = varint32(at, end);
      at = next;
      if (at > end || <usize>bytes > end - at) return NOT_PLAIN;
      valueEnd = at + bytes;
    }
    // An id is left out when it is empty.
    if (field.kind === ID && valueEnd === at) continue;
    if (field !== run) to = writePrefix(field, to);
    if (!field.isRepeated) {
      to = writeValue(field, at, valueEnd, to, level);
      if (to === NOT_PLAIN) return NOT_PLAIN;
      at = wireType === WIRE_BYTES ? valueEnd : next;
      continue;
    }
    if (field !== run) {
      run = field;
      runLength = 0;
    }
    if (wireType === field.wireType) {
      if (runLength++ > 0) to = writeByte(COMMA, to);
      to = writeValue(field, at, valueEnd, to, level);
      if (to === NOT_PLAIN) return NOT_PLAIN;
      at = wireType === WIRE_BYTES ? valueEnd : next;
      continue;
    }
    while (at < valueEnd) {
      if (to + FIELD_MAX_BYTES > limit) return NOT_PLAIN;
      if (runLength++ > 0) to = writeByte(COMMA, to);
      to = writeValue(field, at, valueEnd, to, level);
      if (to === NOT_PLAIN) return NOT_PLAIN;
      at = next;
    }
    if (at !== valueEnd) return NOT_PLAIN;
  }
  if (at !== end || to + FIELD_MAX_BYTES > limit) return NOT_PLAIN;
  if (run !== null) to = writeByte(CLOSE_BRACKET, to);
  // The comma before the first member becomes the opening brace.
  if (to === opened) to++;
  store<u8>(opened, OPEN_BRACE);
  return writeByte(CLOSE_BRACE, to);
}

/** Writes the value at `at`: all of `[at, end)` if it has a length. Otherwise sets `next` to the position after it. */
function writeValue(field: Field, at: usize, end: usize, to: usize, level: u32): usize {
  switch (field.kind) {
    case MESSAGE: {
      const message = field.message;
      return message === null ? NOT_PLAIN : writeMessage(message, at, end, to, level + 1);
    }
    case STRING:
      return to + (end - at) + FIELD_MAX_BYTES > limit ? NOT_PLAIN : writeString(at, end, to, limit);
    case BYTES:
      return to + 2 * (end - at) + FIELD_MAX_BYTES > limit ? NOT_PLAIN : writeBase64(at, end, to);
    case ID:
      return end - at === field.idBytes ? writeId(at, end - at, to) : NOT_PLAIN;
    case FIXED64:
      return fixed(at, end, 8) ? writeQuotedUnsigned(load<u64>(at), to) : NOT_PLAIN;
    case SFIXED64:
      return fixed(at, end, 8) ? writeQuotedSigned(load<i64>(at), to) : NOT_PLAIN;
    case DOUBLE:
      return fixed(at, end, 8) ? writeDouble(load<f64>(at), to) : NOT_PLAIN;
    case FIXED32:
      return fixed(at, end, 4) ? writeUnsigned(load<u32>(at), to) : NOT_PLAIN;
    default:
      return writeVarint(field, varint(at, end), to);
  }
}

function writeVarint(field: Field, value: u64, to: usize): usize {
  if (next === BEYOND) return NOT_PLAIN;
  switch (field.kind) {
    case INT64:
      return writeQuotedSigned(value, to);
    case UINT64:
      return writeQuotedUnsigned(value, to);
    case UINT32:
      return writeUnsigned(<u32>value, to);
    case ENUM:
      if (<i32>value > 0) noteEnum(<u32>value);
      return writeSigned(<i32>value, to);
    case INT32:
      return writeSigned(<i32>value, to);
    case SINT32:
      return writeSigned(<i32>(((<u32>value) >> 1) ^ (0 - ((<u32>value) & 1))), to);
    case BOOL:
      return writeBool(value !== 0, to);
    default:
      return NOT_PLAIN;
  }
}

/** True when there are `bytes` bytes at `at`. Then `next` is the position after them. */
function fixed(at: usize, end: usize, bytes: usize): bool {
  next = at + bytes;
  return end - at >= bytes;
}

/** A tag or a length. One of more than 32 bits comes out as the largest number, which neither can be. */
function varint32(at: usize, end: usize): u32 {
  const byte = <u32>load<u8>(at);
  if (byte < 0x80) {
    next = at + 1;
    return byte;
  }
  const value = varint(at, end);
  return value > u32.MAX_VALUE ? u32.MAX_VALUE : <u32>value;
}

/** The varint at `at`, which is below `end`; `next` is the position after it, or BEYOND when it does not end in time. */
function varint(at: usize, end: usize): u64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < VARINT_MAX_BYTES && at < end; i++) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      next = at;
      return value;
    }
  }
  next = BEYOND;
  return u64.MAX_VALUE;
}
