import { join } from "node:path";
import { formatByteSize } from "./byte-size.ts";
import type { Config } from "./config.ts";
import type { LoadedConfig } from "./load-config.ts";
import { showValue } from "./show-value.ts";
import { textTable } from "./text-table.ts";

/** The whole configuration for people: a line for each key with its value and its source, secrets hidden. Ends with \n. */
export function describeConfig({ config, given }: LoadedConfig): string {
  const rows = given.map(({ option, value, place }) => {
    const shown = showValue(option, value);
    return [option.key, shown === "" ? "-" : shown, place];
  });
  const resolved = [
    ["base directory", config.baseDirectory],
    ["objects go to", describeDestination(config)],
    ["longest request", formatByteSize(config.maxRequestBytes)],
    ["ring of each stream", formatByteSize(config.bufferBytes)],
  ];
  return `${textTable([["key", "value", "from"], ...rows])}\n${textTable(resolved)}`;
}

/** Where objects go, as people write it. Holds no secret. */
export function describeDestination({ destination, agent, baseDirectory }: Config): string {
  if (destination.kind === "folder") return destination.directory ?? join(baseDirectory, "objects");
  if (destination.kind === "warpbuild") return `warpbuild (${agent.hostUrl})`;
  if (destination.kind === "discard") return "discard:";
  return `s3://${[destination.bucket, destination.prefix, destination.keyFolder].filter((part) => part !== "").join("/")}`;
}
