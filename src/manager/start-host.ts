import type { Config } from "../config/config.ts";
import { HostSampler } from "../host/host-sampler.ts";
import type { LineSink } from "../pipeline.ts";
import type { Environment } from "./environment.ts";
import { resourceOf } from "./resource-of.ts";

/**
 * Begins to measure the host, beside the collector's hostmetrics; the lines go to `sink`. The caller stops it.
 * Undefined except on Linux: elsewhere hostmetrics measures everything.
 */
export function startHost(config: Config, environment: Environment, sink: LineSink): HostSampler | undefined {
  if (process.platform !== "linux") return undefined;
  const { intervalMs } = config.collector;
  const sampler = new HostSampler({ intervalMs, resource: resourceOf(config, environment), sink });
  sampler.start();
  return sampler;
}
