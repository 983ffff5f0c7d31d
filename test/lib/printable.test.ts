import { expect, test } from "bun:test";
import { printable, printableLines } from "../../src/lib/printable.ts";

test.each([
  ["a line end", "a\r\nb", "a\\r\\nb"],
  ["an escape sequence of terminals", "\u001b[2J", "\\u001b[2J"],
  ["its form in one character", "\u009b2J", "\\u009b2J"],
  ["a turn of direction", "\u202egnp.exe\u2066x", "\\u202egnp.exe\\u2066x"],
  ["other line ends", "\u0085\u2028\u2029", "\\u0085\\u2028\\u2029"],
  ["what is not seen", "\u200b\ufeff\u00ad\u{e0041}", "\\u200b\\ufeff\\u00ad\\udb40\\udc41"],
  ["half a character", "\ud800x", "\\ud800x"],
  ["nothing of what can be read", 'Grüße, 日本語 🙂 \\ "x"', 'Grüße, 日本語 🙂 \\ "x"'],
])("printable() escapes %s", (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("printableLines() keeps the line ends", () => {
  expect(printableLines("a\n\u001b[1mb\r\n")).toBe("a\n\\u001b[1mb\\r\n");
});
