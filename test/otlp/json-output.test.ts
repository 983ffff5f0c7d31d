import { expect, test } from "bun:test";
import { DecodeError } from "../../src/otlp/decode-error.ts";
import { JsonOutput } from "../../src/otlp/json-output.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const long = new TextEncoder().encode("x".repeat(3_000_000));
const view = new DataView(long.buffer);

test("JsonOutput.reserve() throws for more than the limit before it takes the memory", () => {
  const output = new JsonOutput();
  output.begin(1_000_000);
  expect(() => output.reserve(1_000_001)).toThrow(DecodeError);
  expect(() => output.reserve(1_000_000)).not.toThrow();
});

test("JsonOutput.release() gives back the memory of a large line and leaves the line", () => {
  const output = new JsonOutput();
  const write = (end: number) => {
    output.begin(4_000_000);
    output.string(long, view, 0, end);
    const line = output.finish();
    output.release();
    return line;
  };
  const large = write(long.length);
  const small = write(2);
  expect(large.buffer.byteLength).toBeGreaterThan(3_000_000);
  expect(small.buffer.byteLength).toBeLessThan(100_000);
  expect(text(large.subarray(-2))).toBe('x"');
  expect(write(3).buffer).toBe(small.buffer);
});

test("JsonOutput.closeObject() writes an object of no members", () => {
  const output = new JsonOutput();
  output.begin(10);
  output.closeObject(output.openObject());
  expect(text(output.finish())).toBe("{}");
});
