/**
 * Checks that a JSON text is a plain OTLP request. Each function takes the position of a token and returns the one
 * behind it, or NOT_PLAIN. Behind the text stand zero bytes, which no token may hold, so nothing asks where it ends.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  DOT,
  EQUALS,
  LOWER_E,
  LOWER_U,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SPACE,
  TAB,
  ZERO,
} from "../../ascii";
import { all, bits, byteAt, isDigit } from "./bytes";
import { BOOL, BYTES, DOUBLE, ENUM, ID, MESSAGE, STRINDEX, STRING } from "./kinds";
import { begin, enter, NOT_PLAIN } from "./request";
import { Field, fieldOfKey, isKeyAt, Message } from "./tables";

/** With at most two digits of an exponent, a number of so many characters is a finite double. */
const FINITE_MAX_CHARACTERS: usize = 200;
const EXPONENT_MAX_DIGITS: usize = 2;
/** Digits of 2^64-1. */
const DIGITS_MAX: usize = 20;
/** "true", "fals" as little-endian words. */
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;

/** True when `text`, valid UTF-8 with 64 zero bytes behind it, is a plain request of `message`. */
export function checkJson(message: Message, text: usize, bytes: usize, nestingMax: u32): bool {
  begin(nestingMax);
  if (byteAt(text) !== OPEN_BRACE) return false;
  const close = checkObject(message, text, 1);
  return close !== NOT_PLAIN && token(close) === text + bytes;
}

function checkObject(message: Message, open: usize, level: u32): usize {
  if (!enter(message.isItem, message.isTelemetry, level)) return NOT_PLAIN;
  let at = token(open + 1);
  if (byteAt(at) === CLOSE_BRACE) return at + 1;
  let seen: u32 = 0;
  let before: Field | null = null;
  while (true) {
    // Senders write the keys of a message in the same order every time.
    let field = before === null ? message.first : before.next;
    if (field === null || !isKeyAt(at, field)) {
      field = fieldOfKey(message, at);
      if (field === null) return NOT_PLAIN;
      if (before === null) message.first = field;
      else before.next = field;
    }
    before = field;
    if ((seen & field.bit) !== 0) return NOT_PLAIN;
    seen |= field.bit;
    at = token(at + field.keyBytes);
    at = field.isRepeated ? checkArray(field, at, level) : checkValue(field, at, level);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    at = token(at);
    const byte = byteAt(at);
    if (byte === CLOSE_BRACE) return at + 1;
    if (byte !== COMMA) return NOT_PLAIN;
    at = token(at + 1);
  }
}

function checkArray(field: Field, open: usize, level: u32): usize {
  if (byteAt(open) !== OPEN_BRACKET) return NOT_PLAIN;
  let at = token(open + 1);
  if (byteAt(at) === CLOSE_BRACKET) return at + 1;
  while (true) {
    at = checkValue(field, at, level);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    at = token(at);
    const byte = byteAt(at);
    if (byte === CLOSE_BRACKET) return at + 1;
    if (byte !== COMMA) return NOT_PLAIN;
    at = token(at + 1);
  }
}

function checkValue(field: Field, at: usize, level: u32): usize {
  switch (field.kind) {
    case MESSAGE: {
      const message = field.message;
      if (message === null || byteAt(at) !== OPEN_BRACE) return NOT_PLAIN;
      return checkObject(message, at, level + 1);
    }
    case STRING:
      return checkString(at);
    case BOOL:
      return checkBool(at);
    case DOUBLE:
      return checkDouble(at);
    case ID:
      return checkId(at, field.idBytes);
    case BYTES:
      return checkBase64(at);
    case STRINDEX:
      return NOT_PLAIN;
    case ENUM:
      return byteAt(at) === QUOTE ? NOT_PLAIN : checkInteger(field, at);
    default:
      return checkInteger(field, at);
  }
}

/** Over white space. A line break would have to be changed. */
function token(at: usize): usize {
  return byteAt(at) > SPACE ? at : space(at);
}

function space(at: usize): usize {
  while (byteAt(at) === SPACE || byteAt(at) === TAB) at++;
  return at;
}

function checkString(at: usize): usize {
  if (byteAt(at++) !== QUOTE) return NOT_PLAIN;
  while (true) {
    let ends = stringEnds(v128.load(at));
    if (ends === 0) {
      at += 16;
      while (isTextBlock(at)) at += 64;
      while ((ends = stringEnds(v128.load(at))) === 0) at += 16;
    }
    at += ctz(ends);
    const byte = byteAt(at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return NOT_PLAIN;
    at = checkEscape(at + 1);
    if (at === NOT_PLAIN) return NOT_PLAIN;
  }
}

/** One bit for each of the sixteen bytes that ends a run of text: quote, backslash, control character. */
function stringEnds(text: v128): i32 {
  const isQuote = i8x16.eq(text, all(QUOTE));
  const isBackslash = i8x16.eq(text, all(BACKSLASH));
  const isControl = i8x16.lt_u(text, all(SPACE));
  return bits(v128.or(v128.or(isQuote, isBackslash), isControl));
}

/** True when none of the 64 bytes ends a run of text. */
function isTextBlock(at: usize): bool {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const flip = all(QUOTE ^ SPACE);
  const least = i8x16.min_u(
    i8x16.min_u(v128.xor(a, flip), v128.xor(b, flip)),
    i8x16.min_u(v128.xor(c, flip), v128.xor(d, flip)),
  );
  const backslash = all(BACKSLASH);
  const isBackslash = v128.or(
    v128.or(i8x16.eq(a, backslash), i8x16.eq(b, backslash)),
    v128.or(i8x16.eq(c, backslash), i8x16.eq(d, backslash)),
  );
  return !v128.any_true(v128.or(isBackslash, i8x16.le_u(least, all(SPACE))));
}

/** From the letter behind a backslash. A lone surrogate would have to be changed. */
function checkEscape(at: usize): usize {
  switch (byteAt(at)) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1;
    case LOWER_U:
      break;
    default:
      return NOT_PLAIN;
  }
  const unit = codeUnit(at + 1);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return NOT_PLAIN;
  if (unit < 0xd800 || unit > 0xdfff) return at + 5;
  if (byteAt(at + 5) !== BACKSLASH || byteAt(at + 6) !== LOWER_U) return NOT_PLAIN;
  const next = codeUnit(at + 7);
  return next >= 0xdc00 && next <= 0xdfff ? at + 11 : NOT_PLAIN;
}

/** Four hex digits as a number, -1 when they are none. */
function codeUnit(at: usize): i32 {
  let unit = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte = byteAt(at + i);
    const letter = (byte | 0x20) - 0x61;
    if (isDigit(byte)) unit = unit * 16 + byte - ZERO;
    else if (<u32>letter < 6) unit = unit * 16 + letter + 10;
    else return -1;
  }
  return unit;
}

function checkBool(at: usize): usize {
  const word = load<u32>(at);
  if (word === TRUE) return at + 4;
  return word === FALS && byteAt(at + 4) === LOWER_E ? at + 5 : NOT_PLAIN;
}

/** An integer that fits, quoted or not. */
function checkInteger(field: Field, at: usize): usize {
  const isQuoted = byteAt(at) === QUOTE;
  if (isQuoted) at++;
  if (field.isSigned && byteAt(at) === MINUS) at++;
  const end = digitsEnd(at);
  const digits = <u32>(end - at);
  if (digits === 0 || (digits > 1 && byteAt(at) === ZERO)) return NOT_PLAIN;
  if (digits > field.safeDigits && !isAtMost(field.most, at, end)) return NOT_PLAIN;
  const byte = byteAt(end);
  if (isQuoted) return byte === QUOTE ? end + 1 : NOT_PLAIN;
  return byte === DOT || isExponent(byte) ? NOT_PLAIN : end;
}

/** Numbers as long as the longest are not looked at: their sum could overflow. */
function isAtMost(most: u64, at: usize, end: usize): bool {
  if (end - at >= DIGITS_MAX) return false;
  let value: u64 = 0;
  for (; at < end; at++) value = value * 10 + <u64>(byteAt(at) - ZERO);
  return value <= most;
}

function checkDouble(at: usize): usize {
  const whole = byteAt(at) === MINUS ? at + 1 : at;
  let end = digitsEnd(whole);
  if (end === whole || (end > whole + 1 && byteAt(whole) === ZERO)) return NOT_PLAIN;
  if (byteAt(end) === DOT) {
    const fraction = end + 1;
    end = digitsEnd(fraction);
    if (end === fraction) return NOT_PLAIN;
  }
  if (isExponent(byteAt(end))) {
    const sign = byteAt(end + 1);
    const exponent = sign === PLUS || sign === MINUS ? end + 2 : end + 1;
    end = digitsEnd(exponent);
    if (end === exponent || end - exponent > EXPONENT_MAX_DIGITS) return NOT_PLAIN;
  }
  return end - at > FINITE_MAX_CHARACTERS ? NOT_PLAIN : end;
}

function digitsEnd(at: usize): usize {
  while (true) {
    const digits = i8x16.lt_u(i8x16.sub(v128.load(at), all(ZERO)), all(10));
    const others = bits(digits) ^ 0xffff;
    if (others !== 0) return at + ctz(others);
    at += 16;
  }
}

function isExponent(byte: i32): bool {
  return (byte | 0x20) === LOWER_E;
}

/** `idBytes` (8 or 16) in hex digits, or the empty string. */
function checkId(at: usize, idBytes: u32): usize {
  if (byteAt(at) !== QUOTE) return NOT_PLAIN;
  if (byteAt(at + 1) === QUOTE) return at + 2;
  const close = at + 1 + 2 * idBytes;
  if (byteAt(close) !== QUOTE) return NOT_PLAIN;
  for (let digits = at + 1; digits < close; digits += 16) {
    const text = v128.load(digits);
    const isDigit = i8x16.lt_u(i8x16.sub(text, all(ZERO)), all(10));
    const letter = i8x16.sub(v128.or(text, all(0x20)), all(0x61));
    if (!i8x16.all_true(v128.or(isDigit, i8x16.lt_u(letter, all(6))))) return NOT_PLAIN;
  }
  return close + 1;
}

/** Standard base64 with padding (RFC 4648, section 4). */
function checkBase64(at: usize): usize {
  if (byteAt(at) !== QUOTE) return NOT_PLAIN;
  let end = at + 1;
  while (isBase64(byteAt(end))) end++;
  for (let i = 0; i < 2 && byteAt(end) === EQUALS; i++) end++;
  return byteAt(end) === QUOTE && (end - at - 1) % 4 === 0 ? end + 1 : NOT_PLAIN;
}

function isBase64(byte: i32): bool {
  return <u32>((byte | 0x20) - 0x61) < 26 || isDigit(byte) || byte === 0x2b || byte === 0x2f;
}
