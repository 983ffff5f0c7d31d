import { OPTIONS, type Option } from "../config/options.ts";
import { DEFAULT_SETTINGS_PATH } from "../config/settings-file.ts";
import { showValue } from "../config/show-value.ts";

/** A flag of the command line: one of an option, or one of the few that every program has. */
export interface Flag {
  /** Without dashes: `port`, `no-collector`. */
  readonly name: string;
  /** `V` for `-V`. */
  readonly short?: string;
  /** As help shows it: `--port <n>`. */
  readonly form: string;
  /** Whether a value has to follow. */
  readonly takesValue: boolean;
  readonly description: string;
  /** Its heading in the help. */
  readonly group: string;
  /** The option it sets; absent for the general flags. */
  readonly option?: Option;
}

const GENERAL: readonly Flag[] = [
  {
    name: "settings",
    form: "--settings <file>",
    takesValue: true,
    description: `settings file, waited for (default: ${DEFAULT_SETTINGS_PATH} if it exists)`,
    group: "General",
  },
  {
    name: "version",
    short: "V",
    form: "-V, --version",
    takesValue: false,
    description: "print the version",
    group: "General",
  },
  {
    name: "help",
    short: "h",
    form: "-h, --help",
    takesValue: false,
    description: "print this",
    group: "General",
  },
];

/** All flags, in the order of the help. */
export const FLAGS: readonly Flag[] = [
  ...GENERAL,
  ...OPTIONS.flatMap((option) => (option.flag === undefined ? [] : [flagOf(option, option.flag)])),
];

function flagOf(option: Option, form: string): Flag {
  return {
    name: form.replace(/^--| .*$/g, ""),
    form,
    takesValue: form.includes(" "),
    description: describe(option),
    group: option.group,
    option,
  };
}

/** What an option is, and what holds when it is not given. */
function describe(option: Option): string {
  const choices = option.kind === "choice" ? `: ${option.wanted}` : "";
  const repeatable = option.kind === "list" ? "; repeatable" : "";
  return `${option.description}${choices}${repeatable}${defaultNote(option)}`;
}

function defaultNote(option: Option): string {
  if (option.kind === "boolean") return "";
  const text = option.otherwise ?? showValue(option, option.default);
  return text === "" ? "" : ` (default: ${text})`;
}
