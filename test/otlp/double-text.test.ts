import { expect, test } from "bun:test";
import fc from "fast-check";
import { doubleText } from "../../src/otlp/double-text.ts";
import { runsOr } from "./runs.ts";

test("doubleText() is JSON that is the same double again, as short as it promises", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(JSON.parse(doubleText(value))).toBe(value);
      expect(doubleText(value).length).toBeLessThanOrEqual(25);
    }),
    { numRuns: runsOr(5000) },
  );
});

test.each([
  [-0, "-0"],
  [0, "0"],
  [-1, "-1"],
  [75.5, "75.5"],
  [2 ** 53 - 1, "9007199254740991"],
  [1e21, "1e+21"],
  [-Number.MAX_VALUE, "-1.7976931348623157e+308"],
  [Number.MIN_VALUE, "5e-324"],
])("doubleText() of %p is %p", (value, expected) => {
  expect(doubleText(value)).toBe(expected);
});
