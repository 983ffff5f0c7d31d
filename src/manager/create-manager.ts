import { hostname } from "node:os";
import { refuseForeignFiles } from "../config/foreign-files.ts";
import { loadConfig } from "../config/load-config.ts";
import { secretsIn } from "../config/settings-secrets.ts";
import { logOf } from "../lib/log.ts";
import { keepSecret } from "../lib/mask.ts";
import type { Environment } from "./environment.ts";
import { TelemetryManager } from "./telemetry-manager.ts";

/**
 * Makes an agent for another program. `settings` has the shape of the settings file: `{ telemetry: {…}, agent: {…} }`;
 * what is left out has its default. Relative paths are relative to `workingDirectory`. The collector and AWS read
 * `variables`, commonly `process.env`; no setting is taken from there. Throws ConfigError, which names every wrong key.
 * Call `start()` next, and `stop()` at the end, which delivers what is held. The log is silent until the caller
 * configures LogTape's category `warp-telemetry`.
 */
export function createManager(
  settings: Readonly<Record<string, unknown>>,
  {
    workingDirectory = ".",
    version = "library",
    variables = {},
    executableDirectory = ".",
  }: Partial<Environment & { readonly workingDirectory: string }> = {},
): TelemetryManager {
  for (const secret of secretsIn(settings)) keepSecret(secret);
  const loaded = loadConfig({
    flags: new Map(),
    variables: {},
    settingsFile: { path: "the settings", content: { ...settings } },
    workingDirectory,
    hostName: hostname(),
  });
  const { config, warnings } = loaded;
  refuseForeignFiles(loaded);
  for (const { message, facts } of warnings) logOf("config").warn(message, facts);
  return new TelemetryManager(config, { version, variables, executableDirectory });
}
