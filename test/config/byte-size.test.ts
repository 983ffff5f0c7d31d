import { describe, expect, test } from "bun:test";
import { formatByteSize, parseByteSize } from "../../src/config/byte-size.ts";

describe("parseByteSize() reads", () => {
  test.each([
    ["32MiB", 33_554_432],
    ["8 MB", 8_000_000],
    ["65536", 65_536],
    ["64kib", 65_536],
    ["1.5GiB", 1_610_612_736],
    ["10 B", 10],
    ["1.0009kb", 1000],
  ])("%s", (text, bytes) => expect(parseByteSize(text)).toBe(bytes));
});

describe("parseByteSize() refuses", () => {
  test.each(["", "32M", "MiB", "-1", "1e6", "8  MB", "0x10", "32MiBs", "constructor", "1 toString"])("%p", (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });
});

describe("formatByteSize() writes", () => {
  test.each([
    [0, "0"],
    [1500, "1500"],
    [65_536, "64KiB"],
    [33_554_432, "32MiB"],
    [1_073_741_824, "1GiB"],
  ])("%d as %s, which reads back", (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
    expect(parseByteSize(text)).toBe(bytes);
  });
});
