import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configMarkdownTable } from "../../src/config/markdown-table.ts";
import { expectGolden } from "../golden/golden.ts";

const README = join(import.meta.dir, "..", "..", "README.md");

test("configMarkdownTable() makes the table that was reviewed", () => {
  expectGolden("config-table.md", configMarkdownTable());
});

// Skipped while there is no README.md to hold it.
test.skipIf(!existsSync(README))("README.md contains the table of configMarkdownTable()", () => {
  expect(readFileSync(README, "utf8")).toContain(configMarkdownTable());
});
