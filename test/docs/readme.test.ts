/** README.md is short, and lists what there is. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { COMMANDS } from "../../src/cli/commands.ts";
import { listed, withArguments } from "../../src/cli/help-text.ts";
import { TOPICS } from "../../src/help/topics.ts";
import { markdownTable, tableRows } from "../support/markdown-table.ts";
import { expectGenerated, expectGeneratedLine } from "./generated.ts";

const LINES_MAX = 150;
const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

test("README.md takes ten minutes to read", () => {
  expect(README.trimEnd().split("\n").length).toBeLessThanOrEqual(LINES_MAX);
});

test("README.md lists the commands", () => {
  const rows = listed(COMMANDS).map((command) => {
    const words = withArguments(command).replaceAll("|", String.raw`\|`);
    return [`\`warp-telemetry ${words}\``, command.description];
  });
  expectGenerated("README.md", "commands", markdownTable(["Command", "What it does"], rows));
});

test("README.md links to every topic", () => {
  const links = TOPICS.map(({ name, file = `${name}.md` }) => `[${name}](src/help/${file})`);
  expectGeneratedLine("README.md", "[configuration](", links.join(" · "));
});

test("the page about the data has the query of README.md", () => {
  const query = /```sql\n.*?\n```/s.exec(README)?.[0] ?? "";
  expect(query).toContain("metric.unit");
  expectGenerated("src/help/data.md", "query", query);
});

test("CONTRIBUTING.md has every script of package.json", () => {
  const contributing = readFileSync(join(import.meta.dir, "../../CONTRIBUTING.md"), "utf8");
  const scripts = tableRows(contributing, "## Commands").map(([command = ""]) => command.replaceAll(/`|bun run /g, ""));
  expect(scripts.toSorted()).toEqual(Object.keys(packageJson.scripts).toSorted());
});

test("CHANGELOG.md begins with what is not released, and has this version", () => {
  const changelog = readFileSync(join(import.meta.dir, "../../CHANGELOG.md"), "utf8");
  const versions = [...changelog.matchAll(/^## (.*)$/gm)].map(([, version]) => version);
  expect(versions[0]).toBe("Unreleased");
  expect(versions).toContain(packageJson.version);
});
