import { describe, expect, test } from "bun:test";
import { beside, clip, cut, filled, type Line, piece, spread, widthOf } from "../../src/top/line.ts";

const textOf = (line: Line): string => line.map(({ text }) => text).join("");
const WORDS: Line = [piece("one", "strong"), piece(" two"), piece(" 中文")];

describe("a line", () => {
  test("is cut at its width, with a mark, and keeps its styles", () => {
    expect(cut(WORDS, 12)).toBe(WORDS);
    expect(cut(WORDS, 11)).toEqual([piece("one", "strong"), piece(" two"), piece(" 中…")]);
    expect(cut(WORDS, 5)).toEqual([piece("one", "strong"), piece(" …")]);
    expect(cut(WORDS, 3)).toEqual([piece("on…", "strong")]);
    expect(cut(WORDS, 1)).toEqual([piece("…", "strong")]);
    expect(cut(WORDS, 0)).toEqual([]);
  });

  test("is never wider than it may be, and filled up to its width", () => {
    for (const text of ["中文字符", "a中b文", "⚠️⚠️", "e\u0301e\u0301", "plain"]) {
      for (let width = 0; width < 10; width++) {
        expect(Bun.stringWidth(clip(text, width))).toBeLessThanOrEqual(width);
        expect(widthOf(filled([piece(text), piece(text)], width))).toBe(width);
      }
    }
  });

  test("has one end at the left and one at the right", () => {
    expect(textOf(spread([piece("left")], [piece("right")], 12))).toBe("left   right");
    expect(textOf(spread([piece("left")], [piece("right")], 8))).toBe("l… right");
    expect(textOf(spread([piece("left")], [piece("right")], 4))).toBe("rig…");
    expect(textOf(spread([piece("left")], [], 6))).toBe("left  ");
  });

  test("stands beside another", () => {
    expect(beside([[piece("a")]], [[piece("1")], [piece("2")]], 2).map(textOf)).toEqual(["a  1", "   2"]);
  });
});
