import { describe, expect, test } from "bun:test";
import { cutEntries } from "../../src/runner/cut-entries.ts";

const OPTIONS = { maxBytes: 1000, maxEntries: 1000, isAll: false, hasHeaders: false };
const HEAD = "[2026-11-26 10:00:00Z INFO Worker]";

function textsOf(text: string, options: Partial<typeof OPTIONS> = {}): { texts: string[]; rest: string } {
  const bytes = Buffer.from(text);
  const { entries, end } = cutEntries(bytes, { ...OPTIONS, ...options });
  expect(entries.map(({ start }) => start)).toEqual([0, ...entries.map((entry) => entry.end)].slice(0, entries.length));
  return {
    texts: entries.map(({ start, end: to }) => bytes.toString("utf8", start, to)),
    rest: bytes.toString("utf8", end),
  };
}

describe("cutEntries()", () => {
  test("keeps a stack trace with the entry that it belongs to", () => {
    const first = `${HEAD} failed\n   at A\n   at B\n\n`;
    expect(textsOf(`${first}${HEAD} next\n`)).toEqual({ texts: [first], rest: `${HEAD} next\n` });
  });

  test("hands on the last entry when nothing more comes, with or without its line end", () => {
    expect(textsOf(`${HEAD} a\n b`, { isAll: true })).toEqual({ texts: [`${HEAD} a\n b`], rest: "" });
    expect(textsOf("", { isAll: true })).toEqual({ texts: [], rest: "" });
  });

  test("makes each line a record while no entry has been seen, and keeps back what has no end", () => {
    expect(textsOf("one\ntwo\nthr")).toEqual({ texts: ["one\n", "two\n"], rest: "thr" });
    expect(textsOf(`one\n${HEAD} a\n b\n${HEAD} c\n`)).toEqual({
      texts: ["one\n", `${HEAD} a\n b\n`],
      rest: `${HEAD} c\n`,
    });
  });

  test("joins lines that go on an entry of before", () => {
    expect(textsOf(`   at C\n   at D\n${HEAD} next\n`, { hasHeaders: true })).toEqual({
      texts: ["   at C\n   at D\n"],
      rest: `${HEAD} next\n`,
    });
  });

  test.each([
    "[2026-11-26 10:00:00Z]",
    "[2026-11-26 10:00:00 INFO X]",
    "x[2026-11-26 10:00:00Z INFO X]",
    "[2026-11-26T10:00:00Z INFO X]",
    "[2026-1a-26 10:00:00Z INFO X]",
    "[2026-11-26 10:00:00Z 1NFO X]",
  ])("does not take %p for the start of an entry", (line) => {
    expect(textsOf(`${HEAD} a\n${line}\n${HEAD} b\n`).texts).toEqual([`${HEAD} a\n${line}\n`]);
  });

  test("cuts what is too long at the limit, and no character in two", () => {
    const long = "ä".repeat(25);
    expect(textsOf(long, { maxBytes: 11 })).toEqual({
      texts: ["ä".repeat(5), "ä".repeat(5), "ä".repeat(5), "ä".repeat(5)],
      rest: "ä".repeat(5),
    });
    expect(textsOf(`${long}\n`, { maxBytes: 11, isAll: true }).texts.join("")).toBe(`${long}\n`);
  });

  test("cuts bytes that are no characters, too", () => {
    const { entries, end } = cutEntries(new Uint8Array(100).fill(0x80), { ...OPTIONS, maxBytes: 10 });
    expect(entries.length).toBeGreaterThanOrEqual(9);
    expect(end).toBeGreaterThan(90);
  });

  test("stops after so many entries, whatever is behind them", () => {
    expect(textsOf("\n".repeat(1000), { maxEntries: 10, isAll: true }).texts).toHaveLength(10);
    const headed = textsOf(`${HEAD} a\n`.repeat(100), { maxEntries: 10, isAll: true });
    expect(headed.texts).toHaveLength(10);
    expect(headed.rest).toBe(`${HEAD} a\n`.repeat(90));
  });

  test("loses no byte of anything, however it is cut", () => {
    const parts = [HEAD, "\n", "ä", "x".repeat(30), "\r\n", "[2026-", " "];
    for (let seed = 1; seed < 500; seed++) {
      let state = seed;
      const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
      const text = Array.from({ length: random(40) }, () => parts[random(parts.length)] ?? "").join("");
      const { texts, rest } = textsOf(text, {
        maxBytes: 40 + random(40),
        isAll: random(2) === 0,
        maxEntries: 1 + random(9),
      });
      expect(texts.join("") + rest).toBe(text);
    }
  });
});
