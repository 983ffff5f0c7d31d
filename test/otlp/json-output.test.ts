import { expect, test } from "bun:test";
import { DecodeError } from "../../src/otlp/decode-error.ts";
import { JsonOutput } from "../../src/otlp/json-output.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const long = new TextEncoder().encode("x".repeat(3_000_000));

test("JsonOutput.reserve() throws for more than the limit before it takes the memory", () => {
  const output = new JsonOutput(1_000_000);
  output.byte(0x20);
  expect(() => output.reserve(1_000_000)).toThrow(DecodeError);
  expect(() => output.reserve(999_999)).not.toThrow();
});

test("JsonOutput.finish() throws for a short line that is longer than the limit", () => {
  const output = new JsonOutput(3);
  output.ascii("[1]");
  expect(text(output.finish())).toBe("[1]");
  output.ascii(" ");
  expect(() => output.finish()).toThrow("its line is longer than 3 bytes");
});

test("JsonOutput grows and keeps what it has", () => {
  const output = new JsonOutput(4_000_000);
  output.ascii("[");
  expect(output.string(long, 0, long.length)).toBe(0);
  output.copy(long, 0, 70_000);
  const line = output.finish();
  expect(line.length).toBe(3_070_003);
  expect(text(line.subarray(0, 3))).toBe('["x');
  expect(text(line.subarray(-70_002, -69_998))).toBe('x"xx');
});

test.each([
  ["every character of ASCII", String.fromCharCode(...Array.from({ length: 0x80 }, (_, code) => code)).repeat(3)],
  ["other characters", "é漢😀\u2028\ufffd".repeat(3)],
  ["nothing", ""],
])("JsonOutput.string() writes %s as JSON.stringify() does", (_, value) => {
  const bytes = new TextEncoder().encode(` ${value} `);
  const output = new JsonOutput(10_000);
  expect(output.string(bytes, 1, bytes.length - 1)).toBe(0);
  expect(text(output.finish())).toBe(JSON.stringify(value));
});

test("JsonOutput.string() replaces what is not UTF-8, also a character that is cut at the end", () => {
  const output = new JsonOutput(100);
  expect(output.string(Uint8Array.of(0x61, 0xff, 0xe6, 0xbc, 0x22, 0xf0, 0x90, 0x80), 0, 7)).toBe(3);
  expect(text(output.finish())).toBe('"a\ufffd\ufffd\\"\ufffd"');
});
