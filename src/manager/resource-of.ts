import { hostname } from "node:os";
import type { Config } from "../config/config.ts";
import type { ResourceAttributes } from "../pipeline.ts";
import type { Environment } from "./environment.ts";

/** The name under which dashboards know our own telemetry. */
const SERVICE_NAME = "warpbuild-agent";

/** Where our own telemetry comes from: the runner by its id, or the machine by its name. */
export function resourceOf({ agent }: Config, { version }: Environment): ResourceAttributes {
  return {
    "host.name": agent.id ?? hostname(),
    "service.name": SERVICE_NAME,
    "telemetry.version": version,
    "telemetry.vm_os": process.platform === "win32" ? "windows" : process.platform,
  };
}
