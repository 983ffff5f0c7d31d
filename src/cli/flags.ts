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
  /** What its value has to be, where no option knows that; for people, and for the command line. */
  readonly check?: { readonly wanted: string; readonly isRight: (value: string) => boolean };
  /** The option it sets; absent for the general flags. */
  readonly option?: Option;
}

export const GENERAL = "General";

export const SETTINGS_FLAG: Flag = {
  name: "settings",
  form: "--settings <file>",
  takesValue: true,
  description: `settings file, waited for (default: ${DEFAULT_SETTINGS_PATH} if it exists)`,
  group: GENERAL,
};

export const ONLINE_FLAG: Flag = {
  name: "online",
  form: "--online",
  takesValue: false,
  description: "ask the destination, too, whether it answers",
  group: GENERAL,
};

/** These flags mean a command; every command takes them. */
export const VERSION_FLAG: Flag = {
  name: "version",
  short: "V",
  form: "-V, --version",
  takesValue: false,
  description: "print the version",
  group: GENERAL,
};
export const HELP_FLAG: Flag = {
  name: "help",
  short: "h",
  form: "-h, --help",
  takesValue: false,
  description: "print this",
  group: GENERAL,
};

/** A flag for each option that has one, in the order of the schema. */
export const OPTION_FLAGS: readonly Flag[] = OPTIONS.flatMap((option) =>
  option.flag === undefined ? [] : [flagOf(option, option.flag)],
);

/** Where a command sends what it sends: the option of the destination under a shorter name. */
export const TO_FLAG: Flag = { ...requiredFlag("destination"), name: "to", form: "--to <where>" };

/** The flags of some options, by their names without dashes. Throws RangeError for a name that no option has. */
export function optionFlags(...names: readonly string[]): readonly Flag[] {
  return names.map(requiredFlag);
}

function requiredFlag(name: string): Flag {
  const found = OPTION_FLAGS.find((flag) => flag.name === name);
  if (found === undefined) throw new RangeError(`Cannot find the flag "--${name}": no option has it`);
  return found;
}

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

/** What an option is, and its default. */
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
