import type { Config } from "../config/config.ts";
import { HostSampler } from "../host/host-sampler.ts";
import type { HostReading } from "../stats/host-reading.ts";
import type { Environment } from "./environment.ts";
import type { Running } from "./open-stages.ts";
import { resourceOf } from "./resource-of.ts";

/**
 * Begins to measure the host, beside the collector's host_metrics: figures go to the ring of metrics, the processes that
 * use most to that of logs, and the most that was used to the steps of the job. `onReading` hears of each reading, too. The
 * caller stops it. Undefined except on Linux: elsewhere host_metrics measures everything.
 */
export function startHost(
  config: Config,
  environment: Environment,
  { rings, jobs }: Pick<Running, "rings" | "jobs">,
  onReading: (reading: HostReading) => void = () => {},
): HostSampler | undefined {
  if (process.platform !== "linux") return undefined;
  const { processes, ...measured } = config.host;
  const sampler: HostSampler = new HostSampler({
    ...measured,
    intervalMs: config.collector.intervalMs,
    resource: resourceOf(config, environment),
    sink: rings.metrics,
    processSink: processes ? rings.logs : undefined,
    jobs,
    onReading: (reading) => {
      onReading(reading);
      const { cores, memoryBytes: memoryTotalBytes } = sampler.size;
      const memoryBytes = reading.memoryUsed * memoryTotalBytes;
      jobs?.noteUse({ cpuCores: reading.cpuMean * cores, memoryBytes, memoryTotalBytes });
    },
  });
  sampler.start();
  return sampler;
}
