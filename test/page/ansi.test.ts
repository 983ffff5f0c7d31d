import { describe, expect, test } from "bun:test";
import { ansiRuns, shown, withoutAnsi } from "../../src/page/text/ansi.ts";

describe("ansiRuns", () => {
  test("names colours and weights by classes", () => {
    expect(ansiRuns("a \u001B[1;31mb\u001B[0m c")).toEqual([
      { text: "a ", style: "" },
      { text: "b", style: "ansi-1 ansi-bold" },
      { text: " c", style: "" },
    ]);
  });

  test.each([
    ["38;5;9", "ansi-9"],
    ["38;5;196", "ansi-9"],
    ["38;5;244", "ansi-7"],
    ["38;2;0;0;255", "ansi-12"],
    ["38;2;10;120;20", "ansi-2"],
    ["97", "ansi-15"],
    ["48;5;196", ""],
    ["38;5;1;48;5;2;4", "ansi-1 ansi-underline"],
  ])("%s is %s", (codes, style) => {
    expect(ansiRuns(`\u001B[${codes}mx`)).toEqual([{ text: "x", style }]);
  });

  test("shows what is not seen, and drops titles, links and moves of the cursor", () => {
    const text = "\u001B]0;title\u0007a\u001B[2K\u001B[1A\u202Eb\u0000\u001B]8;;http://x\u001B\\c";
    expect(
      ansiRuns(text)
        .map((run) => run.text)
        .join(""),
    ).toBe(String.raw`a\u202eb\u0000c`);
  });

  test("a sequence that is cut off is shown, and a long line is quick", () => {
    expect(
      ansiRuns("a\u001B[3")
        .map((run) => run.text)
        .join(""),
    ).toBe(String.raw`a\u001b[3`);
    ansiRuns(`\u001B[${"1;".repeat(500_000)}`);
    ansiRuns("\u001B]".repeat(100_000));
  });
});

test("shown keeps line ends, and no carriage return before one", () => {
  expect(shown("a\tb\r\nc\rd")).toBe(String.raw`a    b` + "\n" + String.raw`c\rd`);
});

test("withoutAnsi leaves the words that a filter looks for", () => {
  expect(withoutAnsi("\u001B[1mKil\u001B[31mled\u001B[0m")).toBe("Killed");
});
