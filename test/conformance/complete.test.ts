/** The suite against the list that it stands for: every item has a test that carries its number, every row its name. */
import { expect, test } from "bun:test";
import { Glob } from "bun";

const ITEMS = 43;
const ROWS = [
  "ids",
  "base64 id",
  "profileId",
  "other bytes",
  "keys",
  "enums",
  "64-bit ints",
  "exponent forms",
  "int beyond 2^53",
  "doubles",
  "bare NaN",
  "null",
  "doubleValue null",
  "intValue 1e+300",
  "resource.schemaUrl",
  "missing value",
  "kind, flags, counts as strings",
  "wrong container",
  "old keys",
  "defaults on output",
  "empty ids on output",
  "BOM, lone surrogate",
  "Status JSON",
];

const sources = await Promise.all(
  [...new Glob("*.test.ts").scanSync(import.meta.dir)]
    .filter((name) => !import.meta.path.endsWith(`/${name}`))
    .map((name) => Bun.file(`${import.meta.dir}/${name}`).text()),
);
const suite = sources.join("\n");

test("every item of the checklist of OTLP/HTTP has a test", () => {
  const items = Array.from({ length: ITEMS }, (_, n) => n + 1);
  expect(items.filter((item) => !hasItem(item))).toEqual([]);
});

test("every row of the JSON mapping has a test", () => {
  expect(ROWS.filter((row) => !hasRow(row))).toEqual([]);
});

/** Those of the table of encodings stand in its first column. */
function hasItem(item: number): boolean {
  return suite.includes(`item ${item}:`) || new RegExp(`^  \\[${item}, "`, "m").test(suite);
}

function hasRow(row: string): boolean {
  return suite.includes(`json row ${row}`) || new RegExp(`\\(\\s*"${RegExp.escape(row)}",`).test(suite);
}
