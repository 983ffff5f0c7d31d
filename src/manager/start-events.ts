import { statfsSync } from "node:fs";
import type { Config } from "../config/config.ts";
import type { Event } from "../events/event.ts";
import { EventWatch } from "../events/event-watch.ts";
import { FreeSpaces } from "../host/free-space.ts";
import type { Environment } from "./environment.ts";
import type { Running } from "./open-stages.ts";
import { resourceOf } from "./resource-of.ts";

/**
 * Begins to watch what ends a job or spoils its telemetry; the records go to the ring of logs, and `onEvent` hears of each.
 * The caller stops it. Undefined when the settings do not want it.
 */
export function startEvents(
  config: Config,
  environment: Environment,
  { home, rings, uploader, jobs }: Running,
  onEvent?: (event: Event, atMs: number) => void,
): EventWatch | undefined {
  const { isEnabled, spotCloud: cloud, spotUrl: url } = config.events;
  if (!isEnabled) return undefined;
  const spaces = new FreeSpaces();
  const { lastRun } = home;
  const watch = new EventWatch({
    resource: resourceOf(config, environment),
    sink: rings.logs,
    flush: () => uploader.hurry(),
    store: () => uploader.health(),
    disks: () => spaces.read(),
    endedRun: lastRun === undefined || lastRun.endedWell ? undefined : lastRun,
    freeBytes: () => freeBytesAt(home.path),
    job: jobs,
    onEvent,
    spot: cloud === "none" ? undefined : { cloud, url },
  });
  watch.start();
  jobs?.onStepKilled((step) => watch.tellKilledStep(step));
  return watch;
}

function freeBytesAt(path: string): number | undefined {
  try {
    const { bsize, bavail } = statfsSync(path);
    return bsize * bavail;
  } catch {
    return undefined;
  }
}
