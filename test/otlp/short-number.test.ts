import { expect, test } from "bun:test";
import fc from "fast-check";
import { doubleForm, integerForm } from "../../src/otlp/number-form.ts";
import { KIND } from "../../src/otlp/schema.ts";
import { ShortNumber } from "../../src/otlp/short-number.ts";

const KINDS = [KIND.int32, KIND.uint32, KIND.int64, KIND.uint64] as const;
const short = new ShortNumber();
const bytesOf = (text: string): Uint8Array => Buffer.from(` ${text} `);
const asInteger = (text: string, kind: (typeof KINDS)[number]) =>
  short.integerForm(bytesOf(text), 1, text.length + 1, kind);
const asDouble = (text: string) => short.doubleForm(bytesOf(text), 1, text.length + 1);

/** Numbers, nearly numbers, and numbers at the edge of a type. */
const TEXTS = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789+-.eE")), maxLength: 16 }),
  fc.stringMatching(/^[+-]?[0-9]{0,6}(\.[0-9]{0,4})?([eE][+-]?[0-9]{1,3})?$/),
  fc.constantFrom(
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "42949672950e-1",
  ),
  fc.constantFrom(
    "18446744073e9",
    "1844674407371e7",
    "1.797693134e308",
    "1.797693135e308",
    "1e-400",
    "-0",
    "0e9",
    "1e999999999",
  ),
);

test("ShortNumber judges as those do who read the text", () => {
  fc.assert(
    fc.property(TEXTS, fc.constantFrom(...KINDS), (text, kind) => {
      const isShort = text.length <= 15;
      expect(asInteger(text, kind)).toBe(isShort ? integerForm(text, kind) : undefined);
      expect(asDouble(text)).toBe(isShort ? doubleForm(text, true) : undefined);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ["1e1", "number-form", "plain"],
  ["+1", "number-form", "number-form"],
  ["01", "number-form", "number-form"],
  ["1.5", "value-out-of-range", "plain"],
  ["1.", "number-form", "number-form"],
  ["-0", "number-form", "plain"],
  ["1e", undefined, undefined],
  [".", undefined, undefined],
  ["", undefined, undefined],
] as const)("ShortNumber takes %s for %s, as a double for %s", (text, integer, double) => {
  expect([asInteger(text, KIND.int64), asDouble(text)]).toEqual([integer, double]);
});
