import { Value } from "@sinclair/typebox/value";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import type { Config } from "./config.ts";
import { isJsonObject, jsonTypeOf, valueAt } from "./json-object.ts";
import { OPTIONS, type Option, type OptionValue } from "./options.ts";
import type { ConfigPlaces, ConfigWarning, GivenValue } from "./places.ts";
import { readJson, readText } from "./read-value.ts";
import { resolveConfig } from "./resolve-config.ts";
import { showGiven } from "./show-value.ts";
import { SettingsSchema, type Settings } from "./schema.ts";
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
  const { settings, given } = readPlaces(places);
  const { config, warnings } = resolveConfig(settings, given, places);
  const ofFile = places.settingsFile?.access?.warnings ?? [];
  return { config, given, warnings: [...ofFile, ...findUnknownKeys(places), ...warnings] };
}

/**
 * The first half of {@link loadConfig}: checks every value by itself. An agent that waits for its settings file calls it
 * without the file, so that a wrong flag is found at once. Throws a {@link ConfigError}.
 */
export function readPlaces(places: Pick<ConfigPlaces, "flags" | "variables" | "settingsFile">): {
  readonly settings: Settings;
  readonly given: readonly GivenValue[];
} {
  const problems = misshapenSections(places.settingsFile);
  const given = OPTIONS.map((option) => givenValue(option, places, problems));
  const settings = treeOf(given);
  if (problems.length > 0 || !Value.Check(SettingsSchema, settings)) throw new ConfigError(problems);
  return { settings, given };
}

type Places = Parameters<typeof readPlaces>[0];

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
  return ["telemetry", "telemetry.collector", "agent"].flatMap((key) => {
    const section = valueAt(file.content, key);
    if (section === undefined || section === null || isJsonObject(section)) return [];
    return [{ key, place: `settings file ${file.path}`, given: jsonTypeOf(section), wanted: "an object" }];
  });
}

/** The values under their key paths, as the schema has them: `{ telemetry: { port: … }, agent: { … } }`. */
function treeOf(given: readonly GivenValue[]): unknown {
  const sections: Record<string, Record<string, unknown>> = { telemetry: {}, "telemetry.collector": {}, agent: {} };
  for (const { option, value } of given) {
    const dot = option.key.lastIndexOf(".");
    const section = sections[option.key.slice(0, dot)];
    if (value !== undefined && section !== undefined) section[option.key.slice(dot + 1)] = value;
  }
  const { telemetry, "telemetry.collector": collector, agent } = sections;
  return { telemetry: { ...telemetry, collector }, agent };
}
