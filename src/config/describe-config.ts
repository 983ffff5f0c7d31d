import { join } from "node:path";
import { describeDestination as describe, OBJECTS_FOLDER } from "../upload/destinations/catalogue.ts";
import { formatByteSize } from "./byte-size.ts";
import type { Config } from "./config.ts";
import type { LoadedConfig } from "./load-config.ts";
import { showValue } from "./show-value.ts";
import { textTable } from "../lib/text-table.ts";

/** The whole configuration for people: a line for each key with its value and its source, secrets hidden. Ends with \n. */
export function describeConfig({ config, given }: LoadedConfig): string {
  const rows = given.map(({ option, value, place }) => {
    const shown = showValue(option, value);
    return [option.key, shown === "" ? "-" : shown, place];
  });
  const resolved = [
    ["base directory", config.baseDirectory],
    ["objects go to", describeDestination(config)],
    ["longest request", formatByteSize(config.receiver.maxRequestBytes)],
    ["ring of each stream", formatByteSize(config.rings.capacityBytes)],
    ["longest object", formatByteSize(config.upload.objectMaxBytes)],
    ["objects in memory at once", formatByteSize(config.upload.putsInFlightMaxBytes)],
  ];
  return `${textTable([["key", "value", "from"], ...rows])}\n${textTable(resolved)}`;
}

/** Where objects go, as people write it. Holds no secret. */
export function describeDestination({ upload, agent, baseDirectory }: Config): string {
  const objectsDirectory = join(baseDirectory, OBJECTS_FOLDER);
  return describe(upload.destination, { objectsDirectory, hostUrl: agent.hostUrl });
}
