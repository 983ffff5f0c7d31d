/**
 * Judges numbers. `plain`: every reader takes it. `number-form`: ProtoJSON allows it, or the collector's reader takes it,
 * but not all do. `value-out-of-range`: a number, but none of this type. Undefined: no number at all.
 *
 * A number is read as the most lenient reader does: a sign, digits, a point among them, an exponent. It is judged by the
 * powers of ten of its first and last digit that is not zero, whatever its length. Its value is looked at only where
 * these do not decide.
 */
import { DOT, LOWER_E, MINUS, PLUS, UPPER_E, ZERO } from "./ascii.ts";
import { KIND, type Kind } from "./schema.ts";
import { isDigit, stringOf, type Text } from "./text.ts";

export type NumberForm = "plain" | "number-form" | "value-out-of-range" | undefined;

/** The power of ten of the largest double, 1.8 × 10^308. */
const DOUBLE_MAX_POWER = 308;

/** Of an integer of `kind`. */
export function integerForm(text: Text, kind: Kind): NumberForm {
  const number = readNumber(text);
  if (number === undefined) return undefined;
  const { isNegative } = number;
  const { least, most } = rangeOf(kind);
  const isFitting = number.lastPower >= 0 && !isBeyond(text, number, isNegative ? least : most);
  if (!number.isZero && !isFitting) return "value-out-of-range";
  const isMinusZero = isNegative && least === "0";
  return number.isJson && number.isWhole && !isMinusZero ? "plain" : "number-form";
}

/** Whether the number without its sign is larger than `limit`, both as they are written. */
function isBeyond({ bytes }: Text, { first, last, firstPower }: ReadNumber, limit: string): boolean {
  const digits = firstPower + 1;
  if (digits !== limit.length) return digits > limit.length;
  let at = first;
  for (let i = 0; i < digits; i++) {
    if (bytes[at] === DOT) at++;
    const digit = at > last ? ZERO : (bytes[at] ?? 0);
    const difference = digit - limit.charCodeAt(i);
    if (difference !== 0) return difference > 0;
    at++;
  }
  return false;
}

/** Of a double. */
export function doubleForm(text: Text): NumberForm {
  const number = readNumber(text);
  if (number === undefined) return wordForm(text);
  if (!number.isJson) return "number-form";
  const isFinite =
    number.isZero ||
    number.firstPower < DOUBLE_MAX_POWER ||
    (number.firstPower === DOUBLE_MAX_POWER && Number.isFinite(Number(stringOf(text))));
  return isFinite ? "plain" : "value-out-of-range";
}

const WORDS: ReadonlySet<string> = new Set(["NaN", "Infinity", "-Infinity"]);
const WORDS_OF_SOME = /^[+-]?(?:inf|infinity|nan)$/i;
const WORD_MAX_BYTES = "-Infinity".length;

function wordForm(text: Text): NumberForm {
  if (text.end - text.at > WORD_MAX_BYTES) return undefined;
  const word = stringOf(text);
  if (WORDS.has(word)) return "plain";
  return WORDS_OF_SOME.test(word) ? "number-form" : undefined;
}

interface ReadNumber {
  readonly isNegative: boolean;
  /** As JSON has it: without leading zeros, a plus sign or a bare point (RFC 8259 §6). */
  readonly isJson: boolean;
  /** Nothing but digits. */
  readonly isWhole: boolean;
  readonly isZero: boolean;
  /** Where the first and the last digit are that are not zero, and their powers of ten. */
  readonly first: number;
  readonly last: number;
  readonly firstPower: number;
  readonly lastPower: number;
}

function readNumber({ bytes, at, end }: Text): ReadNumber | undefined {
  const isNegative = bytes[at] === MINUS;
  const hasPlus = bytes[at] === PLUS;
  const whole = isNegative || hasPlus ? at + 1 : at;
  const point = digitsEnd(bytes, whole, end);
  const hasPoint = point < end && bytes[point] === DOT;
  const digitEnd = hasPoint ? digitsEnd(bytes, point + 1, end) : point;
  const wholeDigits = point - whole;
  const fractionDigits = hasPoint ? digitEnd - point - 1 : 0;
  const exponent = digitEnd < end ? readExponent(bytes, digitEnd, end) : 0;
  if (wholeDigits + fractionDigits === 0 || exponent === undefined) return undefined;
  let first = whole;
  while (first < digitEnd && isZeroOrPoint(bytes[first])) first++;
  let last = digitEnd - 1;
  while (last > first && isZeroOrPoint(bytes[last])) last--;
  const hasLeadingZero = wholeDigits > 1 && bytes[whole] === ZERO;
  const hasBarePoint = wholeDigits === 0 || (hasPoint && fractionDigits === 0);
  return {
    isNegative,
    isJson: !hasPlus && !hasLeadingZero && !hasBarePoint,
    isWhole: point === end,
    isZero: first === digitEnd,
    first,
    last,
    firstPower: powerOf(first, point) + exponent,
    lastPower: powerOf(last, point) + exponent,
  };
}

function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}

function isZeroOrPoint(byte: number | undefined): boolean {
  return byte === ZERO || byte === DOT;
}

/** Of ten, without an exponent: 0 for the digit before the point, -1 for the one behind it. */
function powerOf(digit: number, point: number): number {
  return digit < point ? point - 1 - digit : point - digit;
}

/** Undefined when `bytes[at, end)` is none. */
function readExponent(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (bytes[at] !== LOWER_E && bytes[at] !== UPPER_E) return undefined;
  const isNegative = bytes[at + 1] === MINUS;
  const first = isNegative || bytes[at + 1] === PLUS ? at + 2 : at + 1;
  let exponent = 0;
  for (let next = first; next < end; next++) {
    if (!isDigit(bytes[next])) return undefined;
    exponent = 10 * exponent + (bytes[next] ?? 0) - ZERO;
  }
  if (first >= end) return undefined;
  return isNegative ? -exponent : exponent;
}

/** The least and the largest integer of a type, without a sign. */
export interface Range {
  readonly least: string;
  readonly most: string;
}

export function rangeOf(kind: Kind): Range {
  return RANGES[kind] ?? INT32;
}

const INT32: Range = { least: "2147483648", most: "2147483647" };
const UINT32: Range = { least: "0", most: "4294967295" };
const INT64: Range = { least: "9223372036854775808", most: "9223372036854775807" };
const UINT64: Range = { least: "0", most: "18446744073709551615" };
const RANGES: Readonly<Partial<Record<Kind, Range>>> = {
  [KIND.uint32]: UINT32,
  [KIND.fixed32]: UINT32,
  [KIND.int64]: INT64,
  [KIND.sfixed64]: INT64,
  [KIND.uint64]: UINT64,
  [KIND.fixed64]: UINT64,
};
