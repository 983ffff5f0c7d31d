import { basename } from "node:path";
import type { ConfigFile } from "./collector-folder.ts";
import { type ComponentNames, withNames } from "./component-names.ts";
import baseYaml from "./config/base.yaml" with { type: "text" };
import darwinYaml from "./config/darwin.yaml" with { type: "text" };
import hostMetricsYaml from "./config/host-metrics.yaml" with { type: "text" };
import journaldYaml from "./config/journald.yaml" with { type: "text" };
import linuxYaml from "./config/linux.yaml" with { type: "text" };
import syslogYaml from "./config/syslog.yaml" with { type: "text" };
import windowsYaml from "./config/windows.yaml" with { type: "text" };
import type { SystemLog } from "./log-sources.ts";
import { readTrusted } from "./read-trusted.ts";

/**
 * Both are off by default. The first joins lists of receivers and exporters when files are merged: without it a
 * user's `receivers: [mine]` would replace ours. The second hands log records on before their offset is saved:
 * without it a kill loses the last tenth of a second.
 */
const FEATURE_GATES = ["confmap.enableMergeAppendOption", "stanza.synchronousLogEmitter"];

/** No configuration is as long; a file that is, is another file by mistake. */
const CONFIG_MAX_BYTES = 4 * 1024 * 1024;

const YAML: Readonly<Record<string, string>> = {
  base: baseYaml,
  darwin: darwinYaml,
  "host-metrics": hostMetricsYaml,
  journald: journaldYaml,
  linux: linuxYaml,
  syslog: syslogYaml,
  windows: windowsYaml,
};

/** Our own files, in the order in which the collector merges them. */
export function configurationParts(platform: string, log: SystemLog): readonly string[] {
  if (platform === "win32") return ["base", "host-metrics", "windows"];
  const system = platform === "darwin" ? ["host-metrics", "darwin"] : ["linux"];
  return ["base", ...system, log.kind === "journald" ? "journald" : "syslog"];
}

/** The texts of `parts`, as {@link configurationParts} names them. */
export function configurationFiles(parts: readonly string[]): readonly ConfigFile[] {
  return parts.map((part) => ({ name: `${part}.yaml`, text: YAML[part] ?? "" }));
}

/**
 * Copies of the user's files, read now: what the collector reads later cannot be another text, and a file that only
 * root can read is one that it can use. Throws for a file that cannot be read or used.
 */
export function userFiles(paths: readonly string[]): readonly ConfigFile[] {
  return paths.map((path, index) => ({
    name: `user-${index + 1}-${basename(path).replaceAll(/[^\w.-]/g, "_")}`,
    text: readTrusted(path, CONFIG_MAX_BYTES),
  }));
}

/** The same files for a collector that knows its components by these names. */
export function inNames(files: readonly ConfigFile[], names: ComponentNames): readonly ConfigFile[] {
  return files.map(({ name, text }) => ({ name, text: inTheirBytes(text, (yaml) => withNames(yaml, names)) }));
}

/** A user's file need not be UTF-8 to be passed on as it is. */
function inTheirBytes(text: string | Uint8Array, change: (text: string) => string): string | Uint8Array {
  if (typeof text === "string") return change(text);
  return Buffer.from(change(Buffer.from(text).toString("latin1")), "latin1");
}

/** The collector's arguments: our files first, then the user's in their order, so that the user has the last word. */
export function collectorArguments(files: readonly string[]): readonly string[] {
  return [`--feature-gates=${FEATURE_GATES.join(",")}`, ...files.map((file) => `--config=file:${file}`)];
}
