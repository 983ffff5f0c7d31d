import type { Option, OptionValue } from "./options.ts";
import type { SettingsFile } from "./settings-file.ts";

/** A flag as the command line has it: its text, all its texts when it may be repeated, or false for `--no-…`. */
export type FlagValue = string | readonly string[] | boolean;

/** All places that a value can come from, and the folder that relative paths start from. */
export interface ConfigPlaces {
  /** By option key. */
  readonly flags: ReadonlyMap<string, FlagValue>;
  /** An empty variable counts as not set, because unit files cannot unset one. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly settingsFile?: SettingsFile;
  readonly workingDirectory: string;
  readonly hostName: string;
}

/** Something that works and is hardly meant. The message is always the same; what varies is in the facts. */
export interface ConfigWarning {
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
}

export interface GivenValue {
  readonly option: Option;
  /** Undefined: not given, and no default. */
  readonly value: OptionValue | undefined;
  /** `flag --port`, `environment variable …`, `settings file …` or `default`. */
  readonly place: string;
}
