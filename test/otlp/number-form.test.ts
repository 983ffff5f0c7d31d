import { expect, test } from "bun:test";
import fc from "fast-check";
import { doubleForm, integerForm, type NumberForm } from "../../src/otlp/number-form.ts";
import { KIND } from "../../src/otlp/schema.ts";
import { runsOr } from "./runs.ts";

const RANGES = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;
type Name = keyof typeof RANGES;
const NAMES = ["int32", "uint32", "int64", "uint64"] as const satisfies readonly Name[];

/** Digits before and behind it are not part of it. */
const textOf = (text: string) => ({ bytes: Buffer.from(`5${text}5`), at: 1, end: text.length + 1 });
const asInteger = (text: string, name: Name) => integerForm(textOf(text), KIND[name]);
const asDouble = (text: string) => doubleForm(textOf(text));

const LENIENT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** With the few digits of this test a larger one changes no verdict. */
const POWER_MAX = 500;

/** The value as a fraction of integers, exactly; undefined when the text is no number. */
function exactly(text: string): { readonly over: bigint; readonly under: bigint } | undefined {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = LENIENT.exec(text) ?? [];
  if (whole + fraction === "") return undefined;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const power = Math.min(Math.max(Number(exponent), -POWER_MAX), POWER_MAX) - fraction.length;
  return { over: digits * 10n ** BigInt(Math.max(power, 0)), under: 10n ** BigInt(Math.max(-power, 0)) };
}

function integerByValue(text: string, name: Name): NumberForm {
  const value = exactly(text);
  if (value === undefined) return undefined;
  const [least, most] = RANGES[name];
  const integer = value.over / value.under;
  if (value.over % value.under !== 0n || integer < least || integer > most) return "value-out-of-range";
  // Minus zero is a number of a signed type only.
  return /^(?:-?[1-9]\d*|0)$/.test(text) || (text === "-0" && least < 0n) ? "plain" : "number-form";
}

function doubleByValue(text: string): NumberForm {
  if (exactly(text) === undefined) return undefined;
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return "number-form";
  return Number.isFinite(Number(text)) ? "plain" : "value-out-of-range";
}

/** Numbers, nearly numbers, and numbers at the edge of a type. */
const EDGES = NAMES.flatMap((name) => RANGES[name]).flatMap((edge) => [edge - 1n, edge, edge + 1n]);
const TEXTS = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789+-.eE")), maxLength: 12 }),
  fc.stringMatching(/^[+-]?[0-9]{0,24}(\.[0-9]{0,8})?([eE][+-]?[0-9]{1,3})?$/),
  fc
    .record({
      edge: fc.constantFrom(...EDGES),
      zeros: fc.nat(6),
      point: fc.nat(30),
      sign: fc.constantFrom("", "-", "+"),
    })
    .map(({ edge, zeros, point, sign }) => shifted(`${edge}${"0".repeat(zeros)}`, point, sign)),
  fc.constantFrom("1.7976931348623157e308", "1.7976931348623159e308", "0.17976931348623157e309", "17.9e307", "0e999"),
);

/** The same digits with a point among them, and an exponent that puts it back. */
function shifted(digits: string, point: number, sign: string): string {
  const bare = digits.replace("-", "");
  const at = Math.min(point, bare.length);
  return `${digits.startsWith("-") ? "-" : sign}${bare.slice(0, at)}.${bare.slice(at)}e${bare.length - at - (point % 3)}`;
}

test("integerForm() judges by the exact value", () => {
  fc.assert(
    fc.property(TEXTS, fc.constantFrom(...NAMES), (text, name) => {
      expect(asInteger(text, name)).toBe(integerByValue(text, name));
    }),
    { numRuns: runsOr(20_000) },
  );
});

test("doubleForm() judges as JavaScript reads", () => {
  fc.assert(
    fc.property(TEXTS, (text) => {
      expect(asDouble(text)).toBe(doubleByValue(text));
    }),
    { numRuns: runsOr(20_000) },
  );
});

test.each([
  ["1e1", "number-form", "plain"],
  ["+1", "number-form", "number-form"],
  ["01", "number-form", "number-form"],
  ["1.5", "value-out-of-range", "plain"],
  ["1.", "number-form", "number-form"],
  ["-0", "plain", "plain"],
  ["0e999999999", "number-form", "plain"],
  ["1e999999999", "value-out-of-range", "value-out-of-range"],
  ["1e-999999999", "value-out-of-range", "plain"],
  [`1${"0".repeat(400)}e-400`, "number-form", "plain"],
  [`0.${"0".repeat(400)}1e401`, "number-form", "plain"],
  [`1e${"9".repeat(400)}`, "value-out-of-range", "value-out-of-range"],
  ["NaN", undefined, "plain"],
  ["-Infinity", undefined, "plain"],
  ["+Infinity", undefined, "number-form"],
  ["nan", undefined, "number-form"],
  ["-Infinity1", undefined, undefined],
  ["1e", undefined, undefined],
  ["1e+", undefined, undefined],
  [".", undefined, undefined],
  ["-", undefined, undefined],
  ["", undefined, undefined],
] as const)("%p is an integer of the form %p, a double of the form %p", (text, integer, double) => {
  expect([asInteger(text, "int64"), asDouble(text)]).toEqual([integer, double]);
});
