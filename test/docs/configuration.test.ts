/** The tables of `help/configuration.md` are those of the schema. */
import { expect, test } from "bun:test";
import { OPTION_GROUPS } from "../../src/config/option-kinds.ts";
import { OPTIONS, type Option } from "../../src/config/options.ts";
import { showValue } from "../../src/config/show-value.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { expectGenerated } from "./generated.ts";

const PAGE = "src/help/configuration.md";

test.each(OPTION_GROUPS)("the page on the configuration has all settings of the group %s", (group) => {
  const options = OPTIONS.filter((option) => option.group === group);
  expect(options).not.toBeEmpty();
  const table = markdownTable(["Key and flag", "What it is"], options.map(cellsOf));
  expectGenerated(PAGE, group.toLowerCase(), table);
});

/** Two columns: a third one would leave too little room for the keys on a terminal. */
function cellsOf(option: Option): readonly string[] {
  const flag = option.flag === undefined ? "" : `<br>${code(option.flag)}`;
  return [`${code(option.key)}${flag}`, `${meaningOf(option)} Default: ${defaultOf(option)}.${allowed(option)}`];
}

function meaningOf({ description, detail, kind }: Option): string {
  const sentence = detail ?? `${capital(description)}.`;
  return kind === "list" ? `${sentence} The flag may be repeated.` : sentence;
}

function allowed({ range, wanted, kind }: Option): string {
  return kind === "boolean" ? "" : ` Allowed: ${range ?? wanted}.`;
}

function defaultOf(option: Option): string {
  if (option.otherwise !== undefined) return option.otherwise;
  const shown = showValue(option, option.default);
  return shown === "" ? "none" : code(shown);
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
