import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import baseYaml from "./config/base.yaml" with { type: "text" };
import darwinYaml from "./config/darwin.yaml" with { type: "text" };
import journaldYaml from "./config/journald.yaml" with { type: "text" };
import linuxYaml from "./config/linux.yaml" with { type: "text" };
import syslogYaml from "./config/syslog.yaml" with { type: "text" };
import windowsYaml from "./config/windows.yaml" with { type: "text" };
import type { SystemLog } from "./log-sources.ts";

/**
 * Both are off by default. The first joins lists of receivers and exporters when files are merged: without it a
 * user's `receivers: [mine]` would replace ours. The second hands log records on before their offset is saved:
 * without it a kill loses the last tenth of a second.
 */
const FEATURE_GATES = ["confmap.enableMergeAppendOption", "stanza.synchronousLogEmitter"];

const YAML: Readonly<Record<string, string>> = {
  base: baseYaml,
  darwin: darwinYaml,
  journald: journaldYaml,
  linux: linuxYaml,
  syslog: syslogYaml,
  windows: windowsYaml,
};

/** Our own files, in the order in which the collector merges them. */
export function configurationParts(platform: string, log: SystemLog): readonly string[] {
  const system = platform === "win32" ? "windows" : platform === "darwin" ? "darwin" : "linux";
  if (log.kind === "windows-event-log") return ["base", system];
  return ["base", system, log.kind === "journald" ? "journald" : "syslog"];
}

/**
 * Writes the files `parts` (as {@link configurationParts} names them) into `directory`, which only we can read, and
 * returns their paths. Throws what the file system says.
 */
export function writeConfiguration(directory: string, parts: readonly string[]): readonly string[] {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return parts.map((part) => {
    const path = join(directory, `${part}.yaml`);
    writeFileSync(`${path}.tmp`, YAML[part] ?? "", { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
    return path;
  });
}

/** The collector's arguments: our files first, then the user's in their order, so that the user has the last word. */
export function collectorArguments(ours: readonly string[], users: readonly string[]): readonly string[] {
  return [
    `--feature-gates=${FEATURE_GATES.join(",")}`,
    ...[...ours, ...users.map((file) => resolve(file))].map((file) => `--config=file:${file}`),
  ];
}
