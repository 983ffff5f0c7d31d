import { describe, expect, test } from "bun:test";
import { ByteWriter } from "../../src/host/byte-writer.ts";

function written(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter();
  write(writer);
  return new TextDecoder().decode(writer.take());
}

describe("ByteWriter", () => {
  test.each([0, 7, 10, 1_795_738_462_711, Number.MAX_SAFE_INTEGER])("integer() writes %d", (value) => {
    expect(written((writer) => writer.integer(value))).toBe(String(value));
  });

  test.each([
    [0, "0"],
    [100, "100"],
    [12.5, "12.5"],
    [12.34, "12.34"],
    [12.345, "12.345"],
    [0.001, "0.001"],
    [0.05, "0.05"],
    [12.34567, "12.346"],
    [99.9996, "100"],
    [0.0004, "0"],
    [1_234_567_890.125, "1234567890.125"],
    [64 * 1024 ** 4, "70368744177664"],
  ])("decimal() writes %d as %s", (value, text) => {
    expect(written((writer) => writer.decimal(value))).toBe(text);
  });

  test("decimal() writes what JSON reads back, to a thousandth", () => {
    for (let n = 0; n < 10_000; n++) {
      const value = Math.random() * 10 ** (n % 10);
      const text = written((writer) => writer.decimal(value));
      expect(text).toBe(String(Math.round(value * 1000) / 1000));
    }
  });

  test("take() empties it, and it grows as it must", () => {
    const writer = new ByteWriter();
    const piece = new TextEncoder().encode("x".repeat(10_000));
    for (let n = 0; n < 3; n++) {
      writer.bytes(piece);
      writer.bytes(piece);
      writer.byte(0x79);
      expect(new TextDecoder().decode(writer.take())).toBe(`${"x".repeat(20_000)}y`);
    }
    expect(writer.take().byteLength).toBe(0);
  });
});
