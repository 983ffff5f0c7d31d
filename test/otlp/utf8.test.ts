import { expect, test } from "bun:test";
import fc from "fast-check";
import { repairUtf8, sequenceLength } from "../../src/otlp/utf8.ts";
import { runsOr } from "./runs.ts";

/** Bytes that are likely to meet at the edges of what is well formed. */
const byte = fc.oneof(
  fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef),
  fc.constantFrom(0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff),
  fc.integer({ min: 0, max: 255 }),
);

test("repairUtf8() replaces exactly what TextDecoder replaces", () => {
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 24 }), (sent) => {
      const bytes = Uint8Array.from(sent);
      const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      const { repaired, replacements } = repairUtf8(bytes);
      expect(new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(repaired)).toBe(expected);
      const sentReplacements = Buffer.from(bytes).toString("latin1").split("\xef\xbf\xbd").length - 1;
      expect(replacements).toBe(expected.split("\ufffd").length - 1 - sentReplacements);
    }),
    { numRuns: runsOr(20_000) },
  );
});

test("sequenceLength() looks at nothing behind the end", () => {
  const euro = Uint8Array.of(0xe2, 0x82, 0xac);
  expect([3, 2, 1].map((end) => sequenceLength(euro, 0, end))).toEqual([3, -2, -1]);
});
