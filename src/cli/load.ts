import { resolve } from "node:path";
import { loadConfig, readPlaces, type LoadedConfig } from "../config/load-config.ts";
import { DEFAULT_SETTINGS_PATH, readSettingsFile, type SettingsFile } from "../config/settings-file.ts";
import { secretsIn, secretsOfVariables } from "../config/settings-secrets.ts";
import { SETTINGS_VARIABLE } from "../config/unknown-keys.ts";
import { forbidCoreDumps } from "../lib/libc.ts";
import { configureLog } from "../lib/log.ts";
import { keepSecret } from "../lib/mask.ts";
import type { Invocation } from "./command.ts";
import type { CliContext } from "./context.ts";

/**
 * Collects all places of the configuration and loads it. On the way it sets up the log, and tells it every secret before
 * anything can be logged. `wait`: waits for a settings file that is incomplete, or that was named and is missing;
 * otherwise that is an error. Undefined when a stop signal ended the wait. Throws a `ConfigError`.
 */
export async function load(
  context: CliContext,
  { flags, settingsPath }: Pick<Invocation, "flags" | "settingsPath">,
  { wait }: { readonly wait: boolean },
): Promise<LoadedConfig | undefined> {
  const { variables, workingDirectory, hostName, stop } = context;
  forbidCoreDumps();
  for (const secret of secretsOfVariables(variables)) keepSecret(secret);
  const early = readPlaces({ flags, variables, workingDirectory }).values.log;
  configureLog(early.level, early.format);

  const named = settingsPath ?? (variables[SETTINGS_VARIABLE] || undefined);
  const whenIncomplete = wait ? "wait" : "throw";
  const settingsFile: SettingsFile | undefined =
    named === undefined
      ? await readSettingsFile(DEFAULT_SETTINGS_PATH, { whenMissing: "ignore", whenIncomplete, stop })
      : await readSettingsFile(resolve(workingDirectory, named), { whenMissing: whenIncomplete, whenIncomplete, stop });
  if (stop.aborted) return undefined;
  for (const secret of secretsIn(settingsFile?.content)) keepSecret(secret);

  const places = { flags, variables, workingDirectory, hostName };
  const loaded = loadConfig(settingsFile === undefined ? places : { ...places, settingsFile });
  configureLog(loaded.config.log.level, loaded.config.log.format);
  return loaded;
}
