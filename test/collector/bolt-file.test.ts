import { expect, test } from "bun:test";
import { boltFile } from "../../src/collector/bolt-file.ts";

/** That the collector reads such a file is tested with the real one, in otelcol.test.ts. */
test("boltFile() is whole pages, the content in as many as it needs", () => {
  const value = Buffer.alloc(10_000, "v");
  const file = boltFile("bucket", "key", value);
  expect(file.length).toBe(6 * 4096);
  // Two heads, alike but for their numbers and checksums.
  expect(file.subarray(16, 64)).toEqual(file.subarray(4096 + 16, 4096 + 64));
  expect(file.readUInt32LE(16)).toBe(0xed0cdaed);
  expect(file.readBigUInt64LE(16 + 40)).toBe(6n);
  expect(file.readBigUInt64LE(16 + 56)).not.toBe(file.readBigUInt64LE(4096 + 16 + 56));
  expect(file.indexOf("bucket")).toBe(2 * 4096 + 32);
  expect(file.readBigUInt64LE(2 * 4096 + 32 + "bucket".length)).toBe(3n);
  expect(file.readUInt32LE(3 * 4096 + 12)).toBe(2);
  expect(file.subarray(3 * 4096 + 32 + "key".length).subarray(0, value.length)).toEqual(value);
});
