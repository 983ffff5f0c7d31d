import { expect, test } from "bun:test";
import { resultsText, withChapters } from "./results-file.ts";

const [growth, idle] = [
  { title: "Growth", note: "Of growth.", table: "| a |" },
  { title: "Idle", note: "Of idling.", table: "| b |" },
];
const [today, tomorrow] = [
  { date: "2026-11-27", machine: "2 × a processor" },
  { date: "2026-11-28", machine: "2 × a processor" },
];
const text = resultsText(today, [growth, idle]);

test("withChapters() replaces the chapters of these titles, and nothing else", () => {
  const other = { ...idle, table: "| c |" };
  expect(withChapters(text, today, [other])).toBe(resultsText(today, [growth, other]));
  expect(withChapters(text, today, [growth])).toBe(text);
});

test("withChapters() says in a chapter that it is of another day, or of another machine", () => {
  const nextDay = { ...idle, note: "Of idling. Measured again: 2026-11-28 · 2 × a processor." };
  expect(withChapters(text, tomorrow, [idle])).toBe(resultsText(today, [growth, nextDay]));
  const elsewhere = { ...idle, note: "Of idling. Measured again: 2026-11-27 · 4 × another." };
  expect(withChapters(text, { ...today, machine: "4 × another" }, [idle])).toBe(
    resultsText(today, [growth, elsewhere]),
  );
});

test("withChapters() throws when there is no such chapter", () => {
  expect(() => withChapters(text, today, [{ ...idle, title: "Start" }])).toThrow('"Start"');
});
