import { didYouMean } from "./did-you-mean.ts";
import { isJsonObject } from "../lib/json-object.ts";
import type { ConfigPlaces, ConfigWarning } from "./places.ts";
import { OPTIONS, SETTINGS_SECTIONS } from "./options.ts";

/** Names the settings file. It is read before everything else, so it is no option of the schema. */
export const SETTINGS_VARIABLE = "WARP_TELEMETRY_SETTINGS";

const PREFIX = "WARP_TELEMETRY_";
const KEYS = new Set(OPTIONS.map(({ key }) => key));
const SECTIONS = new Set(SETTINGS_SECTIONS);
const VARIABLES = new Set([...OPTIONS.map(({ environmentName }) => environmentName), SETTINGS_VARIABLE]);

/**
 * Warns of each name that looks like one of ours and is none: keys under `telemetry`, and variables that begin with
 * `WARP_TELEMETRY_`. Other sections, and unknown keys under `agent`, belong to the sibling daemons.
 */
export function findUnknownKeys({ settingsFile, variables }: Pick<ConfigPlaces, "settingsFile" | "variables">) {
  const names = Object.keys(variables).filter((name) => name.startsWith(PREFIX) && !VARIABLES.has(name));
  const known = new Map([...VARIABLES].map((name) => [name.slice(PREFIX.length), name]));
  return [
    ...unknownKeys("telemetry", settingsFile?.content["telemetry"], `settings file ${settingsFile?.path}`),
    ...names.map((name) => warning(name, "environment", name.slice(PREFIX.length), known)),
  ];
}

function unknownKeys(section: string, value: unknown, place: string): ConfigWarning[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const key = `${section}.${name}`;
    if (SECTIONS.has(key)) return unknownKeys(key, inner, place);
    return KEYS.has(key) ? [] : [warning(key, place, name, namesIn(section))];
  });
}

/** What people may write instead of a section's keys: the keys themselves, or the names of flags. */
function namesIn(section: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const { key, flagName } of OPTIONS) {
    if (key.startsWith(`${section}.`)) names.set(key.slice(section.length + 1), key);
    if (flagName !== undefined) names.set(flagName.slice(2), key);
  }
  return names;
}

/** `word` is `name` without the prefix that it shares with all others. */
function warning(name: string, place: string, word: string, known: ReadonlyMap<string, string>): ConfigWarning {
  const nearest = known.get(didYouMean(word, known.keys()) ?? "");
  const facts = nearest === undefined ? { name, place } : { name, place, didYouMean: nearest };
  return { message: "Unknown setting ignored", facts };
}
