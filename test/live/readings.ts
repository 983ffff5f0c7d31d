import type { HostReading } from "../../src/stats/host-reading.ts";

const NOTHING = Number.NaN;

/** A reading with nothing in it but `more`. */
export function readingAt(atMs: number, more: Partial<HostReading> = {}): HostReading {
  return {
    atMs,
    cpuMean: NOTHING,
    cpuBusiest: NOTHING,
    cpuIowait: NOTHING,
    memoryUsed: NOTHING,
    diskUsed: NOTHING,
    networkReceive: NOTHING,
    networkTransmit: NOTHING,
    pressureCpu: NOTHING,
    pressureMemory: NOTHING,
    pressureMemoryFull: NOTHING,
    pressureIo: NOTHING,
    ...more,
  };
}
