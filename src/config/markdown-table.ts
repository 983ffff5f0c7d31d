import { OPTIONS, type Option } from "./options.ts";
import { SETTINGS_VARIABLE } from "./unknown-keys.ts";
import { showValue } from "./show-value.ts";

/** The configuration table of README.md, made from the schema, in the form that `bun fmt` leaves alone; ends with \n. */
export function configMarkdownTable(): string {
  const rows = [["Key in the settings file", "Flag", "Default", "Range", "What it is"], ...OPTIONS.map(cellsOf)];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [header = "", ...lines] = rows.map(lineOf);
  const rule = lineOf(widths.map((width) => "-".repeat(width)));
  return [header, rule, ...lines, "", ENVIRONMENT_NOTE, ""].join("\n");
}

const ENVIRONMENT_NOTE =
  "Each key is also an environment variable: `WARP_TELEMETRY_` and the key without `telemetry.`, in capitals, with `_` " +
  "for `.`, such as `WARP_TELEMETRY_COLLECTOR_PATH` and `WARP_TELEMETRY_AGENT_ID`; an empty one counts as not set. A " +
  `list is \`a,b\` there, or a JSON array. \`${SETTINGS_VARIABLE}\` stands for \`--settings\`. Durations are written ` +
  "`60s`, `1m30s`, `250ms`; sizes `32MiB`, `8MB` or in bytes.";

function cellsOf(option: Option): string[] {
  const flag = option.flag === undefined ? "" : code(option.flag);
  return [code(option.key), flag, defaultOf(option), option.range ?? option.wanted, meaningOf(option)];
}

function meaningOf({ description, detail, kind }: Option): string {
  const sentence = detail ?? `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
  return kind === "list" ? `${sentence} The flag may be repeated.` : sentence;
}

function defaultOf(option: Option): string {
  if (option.otherwise !== undefined) return option.otherwise;
  const shown = showValue(option, option.default);
  return shown === "" ? "none" : code(shown);
}

function code(text: string): string {
  return `\`${text}\``;
}
