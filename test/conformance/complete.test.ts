/**
 * The suite against `help/otlp-checklist.md`, the list that it stands for: every item has a test that carries its
 * number, every row of the JSON mapping one that carries its name.
 */
import { expect, test } from "bun:test";
import { Glob } from "bun";
import { tableRows } from "../support/markdown-table.ts";

const PAGE = await Bun.file(`${import.meta.dir}/../../src/help/otlp-checklist.md`).text();
const JSON_HEADING = "## JSON, where senders and readers differ";
const HEADINGS = [...PAGE.matchAll(/^## .*$/gm)].map(([heading]) => heading).filter((one) => one !== JSON_HEADING);
const ITEMS = HEADINGS.flatMap((heading) => tableRows(PAGE, heading)).map(([item]) => Number(item));
const ROWS = tableRows(PAGE, JSON_HEADING).map(([row = ""]) => row);

const sources = await Promise.all(
  [...new Glob("*.test.ts").scanSync(import.meta.dir)]
    .filter((name) => !import.meta.path.endsWith(`/${name}`))
    .map((name) => Bun.file(`${import.meta.dir}/${name}`).text()),
);
const suite = sources.join("\n");

test("the checklist has its 43 items, in order", () => {
  expect(ITEMS).toEqual(Array.from({ length: 43 }, (_, n) => n + 1));
});

test("every item of the checklist has a test, and every test an item", () => {
  expect(ITEMS.filter((item) => !hasItem(item))).toEqual([]);
  const tested = [...suite.matchAll(/\bitem (\d+)\b/g)].map(([, item]) => Number(item));
  expect(tested.filter((item) => !ITEMS.includes(item))).toEqual([]);
});

test("every row of the JSON mapping has a test", () => {
  expect(ROWS.length).toBe(23);
  expect(ROWS.filter((row) => !hasRow(row))).toEqual([]);
});

/** Those of the table of encodings begin its rows. */
function hasItem(item: number): boolean {
  return suite.includes(`item ${item}:`) || new RegExp(`^  \\[${item}, "`, "m").test(suite);
}

function hasRow(row: string): boolean {
  return suite.includes(`json row ${row}`) || new RegExp(`\\(\\s*"${RegExp.escape(row)}",`).test(suite);
}
