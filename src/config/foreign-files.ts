import { errorText } from "../lib/error-text.ts";
import { distrustOf, isRoot } from "../lib/trust.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import type { LoadedConfig } from "./load-config.ts";

const PATH = "telemetry.collector.path";
const CONFIG = "telemetry.collector.config";

/**
 * For an agent that is root: throws a {@link ConfigError} that names every file of the collector's configuration that
 * others can change or replace. Root runs and reads no such file, so the collector would not run as it is configured. An
 * agent of another user goes on: it can lose no more than its user has.
 */
export function refuseForeignFiles({ config, given }: Pick<LoadedConfig, "config" | "given">): void {
  const { enabled, path, configFiles } = config.collector;
  if (!config.enabled || !enabled || !isRoot()) return;
  const named = [
    ...(path === undefined ? [] : [{ key: PATH, file: path }]),
    ...configFiles.map((file) => ({ key: CONFIG, file })),
  ];
  const problems = named.flatMap(({ key, file }): ConfigProblem[] => {
    const doubt = doubtOf(file);
    if (doubt === undefined) return [];
    const place = given.find(({ option }) => option.key === key)?.place ?? "default";
    return [{ key, place, given: file, wanted: `a file that root alone can change (${doubt})` }];
  });
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Why root does not use the file, and the command that mends it. */
function doubtOf(file: string): string | undefined {
  try {
    const distrust = distrustOf(file);
    return distrust === undefined ? undefined : `${distrust.reason}; run: ${distrust.remedy}`;
  } catch (error) {
    return errorText(error);
  }
}
