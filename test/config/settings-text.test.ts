import { describe, expect, test } from "bun:test";
import { readSettingsText } from "../../src/config/settings-text.ts";

const TEXT = '{"agent": {"id": "Zoë"}}';
const VALUE = { agent: { id: "Zoë" } };

function utf16(text: string, order: "LE" | "BE", mark: boolean): Buffer {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, "utf16le");
  return order === "LE" ? bytes : bytes.swap16();
}

describe("readSettingsText()", () => {
  test.each([
    ["UTF-8", Buffer.from(TEXT)],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${TEXT}`)],
    ["Windows line ends", Buffer.from(TEXT.replaceAll(" ", "\r\n"))],
  ])("reads %s", (_, bytes) => {
    expect(readSettingsText(bytes)).toEqual({ kind: "json", value: VALUE });
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["spaces", Buffer.from(" \n\n")],
    ["a byte order mark", Buffer.from("\uFEFF")],
    ["half a byte order mark", Buffer.from("\uFEFF").subarray(0, 2)],
    ["the beginning of a string", Buffer.from('{"agent": {"id": "Zo')],
    ["half a character in a string", Buffer.from(TEXT).subarray(0, TEXT.indexOf("ë") + 1)],
    ["all but the last brace", Buffer.from(TEXT.slice(0, -1))],
  ])("takes %s for half a file", (_, bytes) => {
    expect(readSettingsText(bytes)).toEqual({
      kind: "ends-early",
      reason: expect.stringMatching(/^it ends after \d+ c/),
    });
  });

  test.each([
    ["LE", true],
    ["LE", false],
    ["BE", true],
    ["BE", false],
  ] as const)("names UTF-16%s, byte order mark: %p", (order, mark) => {
    const given = "a syntax error at line 1, column 1 (UTF-16, JSON is UTF-8)";
    expect(readSettingsText(utf16(TEXT, order, mark))).toEqual({ kind: "wrong", given });
    expect(readSettingsText(utf16("{", order, mark))).toEqual({ kind: "wrong", given });
  });

  test.each([
    ["a trailing comma", '{\n  "agent": {},\n}', "line 2, column 14 (a comma with nothing behind it)"],
    ["NUL bytes alone", "\0\0\0\0", "line 1, column 1 (a NUL byte)"],
    ["a NUL byte behind it", "{}\0", "line 1, column 3 (something behind the end)"],
    ["a comment", '{} // "s3cret"', "line 1, column 4 (something behind the end)"],
  ])("names the place of %s", (_, text, place) => {
    expect(readSettingsText(Buffer.from(text))).toEqual({ kind: "wrong", given: `a syntax error at ${place}` });
  });

  test("does not fall over brackets without end", () => {
    const deep = 100_000;
    const read = readSettingsText(Buffer.from("[".repeat(deep) + "]".repeat(deep)));
    expect(read.kind).not.toBe("ends-early");
  });
});
