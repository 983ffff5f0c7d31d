/** Checks strings of a JSON text, as json.ts does the rest. */
import { BACKSLASH, EQUALS, LOWER_U, QUOTE, SPACE, ZERO } from "../../ascii";
import { all, bits, byteAt, isDigit } from "./bytes";
import { NOT_PLAIN } from "./request";

export function checkString(at: usize): usize {
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

/** From the letter after a backslash. A lone surrogate would have to be changed. */
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

/** `idBytes` (8 or 16) in hex digits, or the empty string. */
export function checkId(at: usize, idBytes: u32): usize {
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
export function checkBase64(at: usize): usize {
  if (byteAt(at) !== QUOTE) return NOT_PLAIN;
  let end = at + 1;
  while (isBase64(byteAt(end))) end++;
  for (let i = 0; i < 2 && byteAt(end) === EQUALS; i++) end++;
  return byteAt(end) === QUOTE && (end - at - 1) % 4 === 0 ? end + 1 : NOT_PLAIN;
}

function isBase64(byte: i32): bool {
  return <u32>((byte | 0x20) - 0x61) < 26 || isDigit(byte) || byte === 0x2b || byte === 0x2f;
}
