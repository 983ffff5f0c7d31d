import type { HostReading } from "../stats/host-reading.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { type Attributes, type Metric, METRICS, RECEIVED, SENT, STALLS } from "./metrics.ts";

const PERCENT = 100;

/** The newest reading, for whoever looks on while the host is measured. One object, filled anew at each reading. */
export class LatestReading implements HostReading {
  atMs = 0;
  cpuMean = Number.NaN;
  cpuBusiest = Number.NaN;
  cpuIowait = Number.NaN;
  memoryUsed = Number.NaN;
  diskUsed = Number.NaN;
  networkReceive = Number.NaN;
  networkTransmit = Number.NaN;
  pressureCpu = Number.NaN;
  pressureMemory = Number.NaN;
  pressureMemoryFull = Number.NaN;
  pressureIo = Number.NaN;

  /** Takes over what `batch` has of the reading at `timeMs`, which is its last one. */
  fill(batch: MetricsBatch, timeMs: number): void {
    const valueOf = (metric: Metric, of?: Attributes): number => batch.valueAt(timeMs, metric, of);
    this.atMs = timeMs;
    this.cpuMean = valueOf(METRICS.cpu) / PERCENT;
    this.cpuBusiest = valueOf(METRICS.busiestCore) / PERCENT;
    this.cpuIowait = valueOf(METRICS.iowait) / PERCENT;
    this.memoryUsed = valueOf(METRICS.memory) / PERCENT;
    this.diskUsed = valueOf(METRICS.fileSystem) / PERCENT;
    this.networkReceive = valueOf(METRICS.network, RECEIVED);
    this.networkTransmit = valueOf(METRICS.network, SENT);
    this.pressureCpu = valueOf(METRICS.cpuPressure) / PERCENT;
    this.pressureMemory = valueOf(METRICS.memoryPressure) / PERCENT;
    this.pressureMemoryFull = valueOf(METRICS.memoryPressure, STALLS.full) / PERCENT;
    this.pressureIo = valueOf(METRICS.ioPressure) / PERCENT;
  }
}
