import { describe, expect, test } from "bun:test";
import { jsonMistake } from "../../src/config/json-syntax.ts";

/** `early`, `fine`, or line:column and our words. */
function verdict(text: string): string {
  const mistake = jsonMistake(text);
  if (mistake === undefined) return "fine";
  return mistake.kind === "ends-early" ? "early" : `${mistake.line}:${mistake.column} ${mistake.what}`;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const ALL =
  String.raw`{"a": [1, -0.5e+7, 20E-1, true, false, null, {}, [], {"b": ""}], "\u00e9\"\\\/\b": "x\n" }`.replace(
    "x",
    "é😀",
  );

describe("jsonMistake()", () => {
  test.each<[string, string]>([
    ['{"a": 1,}', "1:8 a comma with nothing behind it"],
    ['{\n  "a": [1, 2,\n  ]\n}', "2:13 a comma with nothing behind it"],
    ['{"a": 1,, "b": 2}', "1:9 a comma with nothing before it"],
    ["[,]", "1:2 a comma with nothing before it"],
    ['{\n  // why\n  "a": 1\n}', "2:3 a comment, JSON has none"],
    ['{ "a": 1 /* why */ }', "1:10 a comment, JSON has none"],
    ["# why\n{}", "1:1 a comment, JSON has none"],
    ["{'a': 1}", "1:2 a single quote, JSON has double ones"],
    ["{\"a\": '1'}", "1:7 a single quote, JSON has double ones"],
    ["{a: 1}", "1:2 a word without quotes"],
    ['{"a": yes}', "1:7 a word without quotes"],
    ['{"a": s3cret', "1:7 a word without quotes"],
    ['{"a": True}', "1:7 a word without quotes"],
    ['{"a": 01}', "1:7 a number that is none of JSON"],
    ['{"a": 1.}', "1:7 a number that is none of JSON"],
    ['{"a": 0x10}', "1:7 a number that is none of JSON"],
    ['{"a": +1}', "1:7 something out of place"],
    ['{"a" 1}', "1:6 something out of place"],
    ['{"a": 1 "b": 2}', "1:9 something out of place"],
    ['{"a": 1]', "1:8 something out of place"],
    ['{"a": }', "1:7 something out of place"],
    ['{"a"}', "1:5 something out of place"],
    ['{"a": "x\ny"}', "1:9 a line end or another control character in a string"],
    [String.raw`{"a": "C:\windows"}`, "1:10 an escape that is none of JSON"],
    [String.raw`{"a": "\u12x4"}`, "1:8 an escape that is none of JSON"],
    ['{"a": 1}\r\n}', "2:1 something behind the end"],
    ['{"a": 1}\0', "1:9 something behind the end"],
    ["\0\0", "1:1 a NUL byte"],
    ['{"a": \0}', "1:7 a NUL byte"],
    ["\uFFFD", "1:1 something out of place"],
  ])("%j is wrong at %s", (text, expected) => {
    expect(verdict(text)).toBe(expected);
    expect(parses(text)).toBe(false);
    // Nothing that follows mends it.
    expect(verdict(`${text} `)).toBe(expected);
  });

  test("is sure of every beginning of JSON that it may go on", () => {
    expect(verdict(ALL)).toBe("fine");
    for (let end = 0; end < ALL.trimEnd().length; end++)
      expect([end, verdict(ALL.slice(0, end))]).toEqual([end, "early"]);
  });

  test.each(["", " \r\n\t", "tru", "-", "1e", '"', '"\\', '"\\u1', "[", "[1,", "{", '{"a"', '{"a":', '{"a":1,'])(
    "%j ends early",
    (text) => expect(verdict(text)).toBe("early"),
  );

  test("says of any text what JSON.parse says", () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "-",
      ".",
      "e",
      "true",
      "nul",
      " ",
      "\n",
      "\\",
      "\\u00e9",
      "\0",
    ];
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: random(8) + 1 }, () => pieces[random(pieces.length)] ?? "").join("");
      expect([text, jsonMistake(text) === undefined]).toEqual([text, parses(text)]);
    }
  });

  test("reads a megabyte of brackets, and of one string", () => {
    expect(verdict("[".repeat(1_000_000))).toBe("early");
    expect(verdict(`"${"x".repeat(1_000_000)}"`)).toBe("fine");
  });
});
