/** Checks numbers of a JSON text, as json.ts does the rest. */
import { DOT, LOWER_E, MINUS, PLUS, QUOTE, ZERO } from "../../ascii";
import { all, bits, byteAt } from "./bytes";
import { NOT_PLAIN, noteEnum } from "./request";
import { Field } from "./tables";

/** With at most two digits of an exponent, a number of so many characters is a finite double. */
const FINITE_MAX_CHARACTERS: usize = 200;
const EXPONENT_MAX_DIGITS: usize = 2;
/** Digits of 2^64-1. */
const DIGITS_MAX: usize = 20;

/** An integer that fits, quoted or not. */
export function checkInteger(field: Field, at: usize): usize {
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

/** The number of an enum's value, without quotes. */
export function checkEnum(field: Field, at: usize): usize {
  const end = checkInteger(field, at);
  if (end === NOT_PLAIN || byteAt(at) === MINUS) return end;
  let value: u32 = 0;
  for (; at < end; at++) value = value * 10 + <u32>(byteAt(at) - ZERO);
  noteEnum(value);
  return end;
}

/** Numbers as long as the longest are not looked at: their sum could overflow. */
function isAtMost(most: u64, at: usize, end: usize): bool {
  if (end - at >= DIGITS_MAX) return false;
  let value: u64 = 0;
  for (; at < end; at++) value = value * 10 + <u64>(byteAt(at) - ZERO);
  return value <= most;
}

export function checkDouble(at: usize): usize {
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
