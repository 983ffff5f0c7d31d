import { Value, ValuePointer } from "@sinclair/typebox/value";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import type { Config } from "./config.ts";
import { isJsonObject, jsonTypeOf, valueAt } from "../lib/json-object.ts";
import { OPTIONS, type Option, type OptionValue, SETTINGS_SECTIONS } from "./options.ts";
import type { ConfigPlaces, ConfigWarning, GivenValue } from "./places.ts";
import { readJson, readText } from "./read-value.ts";
import { resolveConfig } from "./resolve-config.ts";
import { showGiven } from "./show-value.ts";
import { ConfigSchema, type Values } from "./schema.ts";
import type { SettingsFile } from "./settings-file.ts";
import { findUnknownKeys } from "./unknown-keys.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** Every option with the value in force and its source, in the order of the schema. */
  readonly given: readonly GivenValue[];
  readonly warnings: readonly ConfigWarning[];
}

/**
 * Merges the places (flag over environment over settings file over default), checks every value in force and resolves
 * them to one frozen {@link Config}. A value that another one overrides is not checked. Pure. Throws a
 * {@link ConfigError} with all that is wrong.
 */
export function loadConfig(places: ConfigPlaces): LoadedConfig {
  const { values, given } = readPlaces(places);
  const { config, warnings } = resolveConfig(values, given, places);
  const ofFile = places.settingsFile?.access?.warnings ?? [];
  return { config, given, warnings: [...ofFile, ...findUnknownKeys(places), ...warnings] };
}

/**
 * The first half of {@link loadConfig}: checks every value by itself. An agent that waits for its settings file calls it
 * without the file, so that a wrong flag is found at once. Throws a {@link ConfigError}.
 */
export function readPlaces(places: Places): { readonly values: Values; readonly given: readonly GivenValue[] } {
  const problems = misshapenSections(places.settingsFile);
  const given = OPTIONS.map((option) => givenValue(option, places, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  return { values: valuesOf(given, places.workingDirectory), given };
}

type Places = Omit<ConfigPlaces, "hostName">;

/** The value in force; a wrong one is added to `problems`. */
function givenValue(option: Option, places: Places, problems: ConfigProblem[]): GivenValue {
  const raw = rawValue(option, places);
  if (raw === undefined) return { option, value: option.default, place: "default" };
  const value = raw.isText ? readText(option, String(raw.value)) : readJson(option, raw.value);
  const wanted = wantedInstead(option, raw.value, value, places);
  if (wanted !== undefined) {
    problems.push({ key: option.key, place: raw.place, given: showGiven(option, raw.value), wanted });
  }
  return { option, value, place: raw.place };
}

/** Undefined when the value is right. */
function wantedInstead(option: Option, given: unknown, value: OptionValue | undefined, { variables }: Places) {
  if (value !== undefined) {
    const texts = Array.isArray(value) ? value : [value];
    return texts
      .filter((text) => typeof text === "string")
      .map((text) => option.check?.(text, variables))
      .find((wanted) => wanted !== undefined);
  }
  // For a number "letters and digits" would be no help.
  return option.kind === "text" && typeof given === "number" ? `a text: ${option.wanted}` : option.wanted;
}

interface RawValue {
  readonly value: unknown;
  readonly isText: boolean;
  readonly place: string;
}

function rawValue(option: Option, { flags, variables, settingsFile }: Places): RawValue | undefined {
  const flag = flags.get(option.key);
  if (flag !== undefined) return { value: flag, isText: typeof flag === "string", place: `flag ${option.flagName}` };

  const variable = variables[option.environmentName];
  if (variable !== undefined && variable !== "") {
    return { value: variable, isText: true, place: `environment variable ${option.environmentName}` };
  }

  if (settingsFile === undefined) return undefined;
  const value = valueAt(settingsFile.content, option.key);
  // The programs that write this file use null for "not set".
  if (value === undefined || value === null) return undefined;
  return { value, isText: false, place: `settings file ${settingsFile.path}` };
}

/** Sections that are no objects. They would read as empty, and defaults would be used without a word. */
function misshapenSections(file: SettingsFile | undefined): ConfigProblem[] {
  if (file === undefined) return [];
  return SETTINGS_SECTIONS.flatMap((key) => {
    const section = valueAt(file.content, key);
    if (section === undefined || section === null || isJsonObject(section)) return [];
    return [{ key, place: `settings file ${file.path}`, given: jsonTypeOf(section), wanted: "an object" }];
  });
}

/** The values at their places in the configuration, in the form in which they are used. */
function valuesOf(given: readonly GivenValue[], workingDirectory: string): Values {
  const values = Value.Create(ConfigSchema);
  for (const { option, value } of given) {
    if (value === undefined) continue;
    ValuePointer.Set(values, `/${option.at.join("/")}`, formed(option, value, workingDirectory));
  }
  return values;
}

function formed({ form }: Option, value: OptionValue, workingDirectory: string): OptionValue {
  if (form === undefined) return value;
  if (typeof value === "string") return form(value, workingDirectory);
  return Array.isArray(value) ? value.map((text) => form(text, workingDirectory)) : value;
}
