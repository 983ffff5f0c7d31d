/**
 * Writes numbers as decimal text, straight into bytes. A 64-bit integer is given as two halves and never becomes a
 * BigInt, which would be one object a timestamp. Divisions are expensive, so three digits are written at once.
 */
import { MINUS, ZERO } from "./ascii.ts";

/** Bytes that must be free where a function of this file writes. `-1.7976931348623157e+308` has 24. */
export const DECIMAL_MAX_BYTES = 28;

const BILLION = 1_000_000_000;
const MILLION = 1_000_000;

/** "000" to "999", each as a little-endian word. Its fourth byte is 0 and is overwritten by what follows. */
const THREE_DIGITS = Int32Array.from({ length: 1000 }, (_, value) => {
  const hundreds = Math.floor(value / 100);
  const tens = Math.floor(value / 10) % 10;
  return (ZERO + hundreds) | ((ZERO + tens) << 8) | ((ZERO + (value % 10)) << 16);
});

/** Writes `high × 2^32 + low`, both unsigned 32-bit, at `at`; returns the position after it. */
export function writeUint64(view: DataView, at: number, low: number, high: number): number {
  if (high === 0) return writeInteger(view, at, low);
  // Long division by 10^9 in steps of 16 bits, so that every intermediate is an exact double.
  const first = Math.floor(high / BILLION);
  const second = (high - first * BILLION) * 0x1_0000 + (low >>> 16);
  const secondQuotient = Math.floor(second / BILLION);
  const third = (second - secondQuotient * BILLION) * 0x1_0000 + (low & 0xffff);
  const thirdQuotient = Math.floor(third / BILLION);
  const quotient = first * 0x1_0000_0000 + secondQuotient * 0x1_0000 + thirdQuotient;
  return writeNineDigits(view, writeInteger(view, at, quotient), third - thirdQuotient * BILLION);
}

/** As {@link writeUint64}, but the 64 bits are a two's complement integer. */
export function writeInt64(view: DataView, at: number, low: number, high: number): number {
  if (high < 0x8000_0000) return writeUint64(view, at, low, high);
  view.setUint8(at, MINUS);
  const negatedLow = -low >>> 0;
  return writeUint64(view, at + 1, negatedLow, (~high + (negatedLow === 0 ? 1 : 0)) >>> 0);
}

/** Writes a finite double so that reading the text gives the same double again, the sign of -0 included. */
export function writeDouble(view: DataView, at: number, value: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    const magnitude = Math.abs(value);
    if (value < 0) view.setUint8(at++, MINUS);
    return writeUint64(view, at, magnitude >>> 0, Math.floor(magnitude / 0x1_0000_0000));
  }
  const text = Object.is(value, -0) ? "-0" : String(value);
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
  return at + text.length;
}

/** Writes an integer of 0 to 10^12. */
export function writeInteger(view: DataView, at: number, value: number): number {
  if (value >= BILLION) {
    const quotient = Math.floor(value / BILLION);
    return writeNineDigits(view, writeUpToThree(view, at, quotient), value - quotient * BILLION);
  }
  const rest = value | 0;
  if (rest < 1000) return writeUpToThree(view, at, rest);
  const thousands = (rest / 1000) | 0;
  const next = thousands < 1000 ? writeUpToThree(view, at, thousands) : writeInteger(view, at, thousands);
  view.setInt32(next, THREE_DIGITS[rest - thousands * 1000] ?? 0, true);
  return next + 3;
}

function writeUpToThree(view: DataView, at: number, value: number): number {
  const zeros = value < 10 ? 2 : value < 100 ? 1 : 0;
  view.setInt32(at, (THREE_DIGITS[value] ?? 0) >> (8 * zeros), true);
  return at + 3 - zeros;
}

function writeNineDigits(view: DataView, at: number, value: number): number {
  const millions = ((value | 0) / MILLION) | 0;
  const rest = (value | 0) - millions * MILLION;
  const thousands = (rest / 1000) | 0;
  view.setInt32(at, THREE_DIGITS[millions] ?? 0, true);
  view.setInt32(at + 3, THREE_DIGITS[thousands] ?? 0, true);
  view.setInt32(at + 6, THREE_DIGITS[rest - thousands * 1000] ?? 0, true);
  return at + 9;
}
