import type { Config } from "../config/config.ts";
import { HostSampler } from "../host/host-sampler.ts";
import type { JobWatch } from "../job-pipeline.ts";
import type { LineSink } from "../pipeline.ts";
import type { HostReading } from "../stats/host-reading.ts";
import type { Environment } from "./environment.ts";
import { resourceOf } from "./resource-of.ts";

/** Where the host's figures go, by stream. */
export interface HostSinks {
  readonly metrics: LineSink;
  readonly logs: LineSink;
}

/**
 * Begins to measure the host, beside the collector's hostmetrics: figures go to the ring of metrics, the processes that use
 * most to that of logs. `jobs` says whose processes they are, `onReading` hears of each reading. The caller stops it. Undefined except on Linux: elsewhere
 * hostmetrics measures everything.
 */
export function startHost(
  config: Config,
  environment: Environment,
  sinks: HostSinks,
  jobs?: JobWatch,
  onReading?: (reading: HostReading) => void,
): HostSampler | undefined {
  if (process.platform !== "linux") return undefined;
  const { intervalMs } = config.collector;
  const { processes, ...measured } = config.host;
  const resource = resourceOf(config, environment);
  const processSink = processes ? sinks.logs : undefined;
  const sampler = new HostSampler({
    intervalMs,
    resource,
    sink: sinks.metrics,
    processSink,
    ...measured,
    jobs,
    onReading,
  });
  sampler.start();
  return sampler;
}
