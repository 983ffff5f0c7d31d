/**
 * Appends JSON to a line: each function writes at `to` and returns the position after. The caller has made sure that
 * there is room. Blocks may be written up to {@link SLACK_BYTES} beyond it.
 */
import { BACKSLASH, EQUALS, LOWER_U, MINUS, QUOTE, SPACE, ZERO } from "../../ascii";
import { all, bits, byteAt } from "./bytes";
import { NOT_PLAIN } from "./request";
import { Field, prefixOf } from "./tables";

export const SLACK_BYTES: usize = 256;

const HUNDRED_MILLION: u64 = 100_000_000;
const SAFE_INTEGER_MAX: f64 = 9_007_199_254_740_991;
/** `"NaN"` and `"Infinity"`: what is no JSON number is quoted. */
const NAN: usize = memory.data<u8>([0x22, 0x4e, 0x61, 0x4e, 0x22]);
const INFINITY: usize = memory.data<u8>([0x22, 0x49, 0x6e, 0x66, 0x69, 0x6e, 0x69, 0x74, 0x79, 0x22]);

/** Writes a finite double as JavaScript does. */
declare function writeDoubleAsJavaScript(value: f64, to: usize): usize;

export function writeByte(byte: i32, to: usize): usize {
  store<u8>(to, byte);
  return to + 1;
}

/** `,"name":`, with `[` after it when the field is repeated. */
export function writePrefix(field: Field, to: usize): usize {
  const prefix = prefixOf(field);
  v128.store(to, v128.load(prefix));
  v128.store(to + 16, v128.load(prefix + 16));
  v128.store(to + 32, v128.load(prefix + 32));
  return to + field.prefixBytes;
}

export function writeBool(value: bool, to: usize): usize {
  store<u32>(to, value ? 0x65757274 : 0x736c6166); // "true", "fals"
  store<u8>(to + 4, 0x65); // "e"
  return to + (value ? 4 : 5);
}

export function writeUnsigned(value: u64, to: usize): usize {
  if (value >= HUNDRED_MILLION) {
    const upper = value / HUNDRED_MILLION;
    to = writeUnsigned(upper, to);
    store<u64>(to, eightDigits(value - upper * HUNDRED_MILLION) | 0x3030303030303030);
    return to + 8;
  }
  const digits = eightDigits(value);
  const zeros = value === 0 ? 7 : ctz(digits) >> 3;
  store<u64>(to, (digits | 0x3030303030303030) >> (zeros << 3));
  return to + 8 - <usize>zeros;
}

/** The digits of a number below 10^8, one in each byte, the first one lowest: halved thrice, by multiplications. */
function eightDigits(value: u64): u64 {
  const upper = value / 10_000;
  const fours = upper | ((value - upper * 10_000) << 32);
  const hundreds = ((fours * 10_486) >> 20) & 0x0000007f_0000007f;
  const twos = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((twos * 103) >> 10) & 0x000f000f_000f000f;
  return tens | ((twos - tens * 10) << 8);
}

export function writeSigned(value: i64, to: usize): usize {
  if (value >= 0) return writeUnsigned(value, to);
  return writeUnsigned(0 - <u64>value, writeByte(MINUS, to));
}

/** 64-bit integers are quoted. */
export function writeQuotedUnsigned(value: u64, to: usize): usize {
  return writeByte(QUOTE, writeUnsigned(value, writeByte(QUOTE, to)));
}

export function writeQuotedSigned(value: i64, to: usize): usize {
  return writeByte(QUOTE, writeSigned(value, writeByte(QUOTE, to)));
}

export function writeDouble(value: f64, to: usize): usize {
  const isNegative = <i64>reinterpret<u64>(value) < 0;
  if (abs(value) <= SAFE_INTEGER_MAX && trunc(value) === value && (value !== 0 || !isNegative)) {
    return writeSigned(<i64>value, to);
  }
  if (isNaN(value)) {
    memory.copy(to, NAN, 5);
    return to + 5;
  }
  if (isFinite(value)) return writeDoubleAsJavaScript(value, to);
  if (isNegative) {
    to = writeByte(MINUS, writeByte(QUOTE, to));
    memory.copy(to, INFINITY + 1, 9);
    return to + 9;
  }
  memory.copy(to, INFINITY, 10);
  return to + 10;
}

/**
 * The text `[at, end)` as a quoted string. NOT_PLAIN when it is not UTF-8, or when its escapes go beyond `limit`; up to
 * there the text itself must fit.
 */
export function writeString(at: usize, end: usize, to: usize, limit: usize): usize {
  to = writeByte(QUOTE, to);
  while (at < end) {
    let specials = 0;
    while (at < end) {
      const text = v128.load(at);
      v128.store(to, text);
      const isSpecial = v128.or(i8x16.eq(text, all(QUOTE)), i8x16.eq(text, all(BACKSLASH)));
      // As a signed byte, everything that is not ASCII is below the space, too.
      specials = bits(v128.or(isSpecial, i8x16.lt_s(text, all(SPACE))));
      if (specials !== 0) break;
      at += 16;
      to += 16;
    }
    at += ctz(specials) & 15;
    to += ctz(specials) & 15;
    if (at >= end) return writeByte(QUOTE, to - (at - end));
    if (to + (end - at) + 6 > limit) return NOT_PLAIN;
    const byte = byteAt(at);
    if (byte < 0x80) {
      to = writeEscape(byte, to);
      at++;
      continue;
    }
    const bytes = sequenceBytes(at, end);
    if (bytes === 0) return NOT_PLAIN;
    store<u32>(to, load<u32>(at));
    to += bytes;
    at += bytes;
  }
  return writeByte(QUOTE, to);
}

function writeEscape(byte: i32, to: usize): usize {
  to = writeByte(BACKSLASH, to);
  switch (byte) {
    case 0x08:
      return writeByte(0x62, to);
    case 0x0c:
      return writeByte(0x66, to);
    case 0x0a:
      return writeByte(0x6e, to);
    case 0x0d:
      return writeByte(0x72, to);
    case 0x09:
      return writeByte(0x74, to);
    case QUOTE:
    case BACKSLASH:
      return writeByte(byte, to);
    default:
      store<u32>(to, 0x30303075); // "u000"
      to = writeByte(ZERO + (byte >> 4), to + 3);
      return writeByte(hexDigit(byte & 15), to);
  }
}

function hexDigit(value: i32): i32 {
  return value + (value < 10 ? ZERO : 0x57);
}

/** Bytes of the well-formed UTF-8 sequence that begins at `at` with no ASCII byte; 0 when it is none. */
function sequenceBytes(at: usize, end: usize): usize {
  const lead = byteAt(at);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const bytes: usize = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + bytes > end) return 0;
  const second = byteAt(at + 1);
  // Overlong forms, surrogates and what is beyond U+10FFFF show in the second byte.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i: usize = 2; i < bytes; i++) {
    if ((byteAt(at + i) & 0xc0) !== 0x80) return 0;
  }
  return bytes;
}

/** An id of 8 or 16 bytes as a quoted string of lower-case hex. */
export function writeId(at: usize, idBytes: usize, to: usize): usize {
  to = writeByte(QUOTE, to);
  for (let done: usize = 0; done < idBytes; done += 8) {
    const id = v128.load64_zero(at + done);
    const uppers = i8x16.shr_u(id, 4);
    const lowers = v128.and(id, all(15));
    const digits = i8x16.shuffle(uppers, lowers, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const isLetter = i8x16.gt_u(digits, all(9));
    const offsets = v128.bitselect(all(0x57), all(ZERO), isLetter);
    v128.store(to, i8x16.add(digits, offsets));
    to += 16;
  }
  return writeByte(QUOTE, to);
}

/** A quoted string of standard base64 with padding (RFC 4648, section 4). */
export function writeBase64(at: usize, end: usize, to: usize): usize {
  to = writeByte(QUOTE, to);
  for (; at < end; at += 3) {
    const left = end - at;
    const second = left > 1 ? byteAt(at + 1) : 0;
    const third = left > 2 ? byteAt(at + 2) : 0;
    const group = (byteAt(at) << 16) | (second << 8) | third;
    store<u8>(to, base64Digit(group >> 18));
    store<u8>(to + 1, base64Digit((group >> 12) & 63));
    store<u8>(to + 2, left > 1 ? base64Digit((group >> 6) & 63) : EQUALS);
    store<u8>(to + 3, left > 2 ? base64Digit(group & 63) : EQUALS);
    to += 4;
  }
  return writeByte(QUOTE, to);
}

function base64Digit(value: i32): i32 {
  if (value < 26) return value + 0x41;
  if (value < 52) return value + 0x47;
  if (value < 62) return value - 4;
  return value === 62 ? 0x2b : 0x2f;
}
