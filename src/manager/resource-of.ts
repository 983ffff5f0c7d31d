import { hostname } from "node:os";
import type { Config } from "../config/config.ts";
import type { ResourceAttributes } from "../pipeline.ts";
import type { Environment } from "./environment.ts";

/** The name under which dashboards know our own telemetry, unless the settings say another. */
const SERVICE_NAME = "ci-runner";
/** The same where the predecessor of this agent wrote it. */
const WARPBUILD_SERVICE_NAME = "warpbuild-agent";

/** Where our own telemetry comes from: the runner by its id, or the machine by its name, and what the settings add. */
export function resourceOf({ agent, collector, upload }: Config, { version }: Environment): ResourceAttributes {
  const given = collector.resourceAttributes.map((text): [string, string] => {
    const end = text.indexOf("=");
    return [text.slice(0, end), text.slice(end + 1)];
  });
  return {
    "host.name": agent.id ?? hostname(),
    "service.name": upload.destination.kind === "warpbuild" ? WARPBUILD_SERVICE_NAME : SERVICE_NAME,
    "telemetry.version": version,
    "telemetry.vm_os": process.platform === "win32" ? "windows" : process.platform,
    ...Object.fromEntries(given),
  };
}
