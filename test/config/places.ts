import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { ConfigPlaces, FlagValue } from "../../src/config/places.ts";

export interface GivenPlaces {
  /** By option key. */
  readonly flags?: Readonly<Record<string, FlagValue>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Content of /etc/settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export function placesOf({ flags = {}, variables = {}, settings }: GivenPlaces): ConfigPlaces {
  return {
    flags: new Map(Object.entries(flags)),
    variables,
    ...(settings === undefined ? {} : { settingsFile: { path: "/etc/settings.json", content: settings } }),
    workingDirectory: "/srv",
    hostName: "machine",
  };
}

/** The lines of the ConfigError that these places make. */
export function problemLines(given: GivenPlaces): string[] {
  try {
    loadConfig(placesOf(given));
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}
