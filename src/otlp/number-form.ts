/**
 * Judges the text of a number that the fast loops of the JSON checker do not decide: signs, exponents, many digits,
 * quoted words. `plain`: every reader takes it. `number-form`: ProtoJSON allows it, or the collector's reader takes it, but
 * not all do. `value-out-of-range`: a number, but none of this type. Undefined: no number at all.
 */
import { KIND, type Kind } from "./schema.ts";

export type NumberForm = "plain" | "number-form" | "value-out-of-range" | undefined;

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const JSON_INTEGER = /^(?:-?[1-9]\d*|0)$/;
const LENIENT_NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const NOT_A_NUMBER_WORDS = /^[+-]?(?:inf|infinity|nan)$/i;

/** Digits of 2^64-1: a longer integer fits no type. */
const DIGITS_MAX = 20;

export function integerForm(text: string, kind: Kind): NumberForm {
  const parts = LENIENT_NUMBER.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts ?? [];
  if (parts === null || whole + fraction === "") return undefined;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = withoutTrailingZeros(digits);
  const zeros = digits.length - significant.length - fraction.length + Number(exponent);
  if (significant !== "") {
    if (zeros < 0 || significant.length + zeros > DIGITS_MAX) return "value-out-of-range";
    const [least, most] = rangeOf(kind);
    const value = BigInt((sign === "-" ? "-" : "") + significant + "0".repeat(zeros));
    if (value < least || value > most) return "value-out-of-range";
  }
  return JSON_INTEGER.test(text) ? "plain" : "number-form";
}

/** Not a regular expression, because `/0+$/` takes quadratic time on a hostile text. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}

export function doubleForm(text: string, isQuoted: boolean): NumberForm {
  if (isQuoted && (text === "NaN" || text === "Infinity" || text === "-Infinity")) return "plain";
  if (JSON_NUMBER.test(text)) return Number.isFinite(Number(text)) ? "plain" : "value-out-of-range";
  const parts = LENIENT_NUMBER.exec(text);
  const isNumber = parts !== null && `${parts[2] ?? ""}${parts[3] ?? ""}` !== "";
  return isNumber || NOT_A_NUMBER_WORDS.test(text) ? "number-form" : undefined;
}

/** A number with at most this many digits always fits. */
export function safeDigitsOf(kind: Kind): number {
  return String(mostOf(kind)).length - 1;
}

/** The largest value. */
export function mostOf(kind: Kind): bigint {
  return rangeOf(kind)[1];
}

export function isSigned(kind: Kind): boolean {
  return rangeOf(kind)[0] < 0n;
}

/** The least and the largest value, as near as doubles come. */
export function rangeAsDoubles(kind: Kind): DoubleRange {
  return DOUBLES[kind] ?? INT32_DOUBLES;
}

function asDoubles([least, most]: Range): DoubleRange {
  return [Number(least), Number(most)];
}

function rangeOf(kind: Kind): Range {
  return RANGES[kind] ?? INT32;
}

type Range = readonly [least: bigint, most: bigint];
type DoubleRange = readonly [least: number, most: number];
const INT32: Range = [-0x8000_0000n, 0x7fff_ffffn];
const UINT32: Range = [0n, 0xffff_ffffn];
const INT64: Range = [-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn];
const UINT64: Range = [0n, 0xffff_ffff_ffff_ffffn];
const RANGES: Readonly<Partial<Record<Kind, Range>>> = {
  [KIND.uint32]: UINT32,
  [KIND.fixed32]: UINT32,
  [KIND.int64]: INT64,
  [KIND.sfixed64]: INT64,
  [KIND.uint64]: UINT64,
  [KIND.fixed64]: UINT64,
};

const DOUBLES: Readonly<Partial<Record<Kind, DoubleRange>>> = Object.fromEntries(
  Object.entries(RANGES).map(([kind, range]) => [kind, asDoubles(range)]),
);
const INT32_DOUBLES = asDoubles(INT32);
