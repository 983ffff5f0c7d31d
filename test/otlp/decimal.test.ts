import { expect, test } from "bun:test";
import fc from "fast-check";
import { DECIMAL_MAX_BYTES, writeDouble, writeInt64, writeInteger, writeUint64 } from "../../src/otlp/decimal.ts";

const bytes = new Uint8Array(DECIMAL_MAX_BYTES);
const view = new DataView(bytes.buffer);
const text = (end: number) => new TextDecoder().decode(bytes.subarray(0, end));
const halves = (value: bigint) => [Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn)] as const;

const EDGES = [0n, 1n, 9n, 10n, 99n, 100n, 999n, 1000n, 999_999n, 1_000_000n, 999_999_999n, 1_000_000_000n].concat(
  [0xffff_ffffn, 0x1_0000_0000n, 999_999_999_999n, 10n ** 18n - 1n, 10n ** 18n, 2n ** 53n, 2n ** 63n - 1n],
  [2n ** 63n, 11_651_379_494_838_206_464n, 10n ** 19n, 2n ** 64n - 1n],
);

test.each(EDGES)("writeUint64() writes %p", (value) => {
  expect(text(writeUint64(view, 0, ...halves(value)))).toBe(String(value));
});

test("writeUint64() and writeInt64() write what BigInt prints", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      expect(text(writeUint64(view, 0, ...halves(value)))).toBe(String(value));
      expect(text(writeInt64(view, 0, ...halves(value)))).toBe(String(BigInt.asIntN(64, value)));
    }),
    { numRuns: 5000 },
  );
});

test.each([-1n, -(2n ** 32n), -(2n ** 63n), 2n ** 63n - 1n, 0n])("writeInt64() writes %p", (value) => {
  expect(text(writeInt64(view, 0, ...halves(value)))).toBe(String(value));
});

test("writeInteger() writes what String() prints", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      expect(text(writeInteger(view, 0, value))).toBe(String(value));
    }),
    { numRuns: 5000 },
  );
});

test("writeDouble() writes JSON that is the same double again, in the bytes it promises", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const end = writeDouble(view, 0, value);
      expect(JSON.parse(text(end))).toBe(value);
      expect(end).toBeLessThanOrEqual(DECIMAL_MAX_BYTES);
    }),
    { numRuns: 5000 },
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
])("writeDouble() writes %p as %p", (value, expected) => {
  expect(text(writeDouble(view, 0, value))).toBe(expected);
});
