/**
 * One reading of the host. NaN: nothing was measured. Shares are 0 to 1, the network is bytes a second. Valid until the
 * next reading, which is told in the same object.
 */
export interface HostReading {
  /** Wall time in ms. */
  readonly atMs: number;
  /** Shares of the machine's cores, or of a container's limit: mean of all, and of the busiest. */
  readonly cpuMean: number;
  readonly cpuBusiest: number;
  readonly cpuIowait: number;
  readonly memoryUsed: number;
  /** Of the fullest file system. */
  readonly diskUsed: number;
  readonly networkReceive: number;
  readonly networkTransmit: number;
  /** Shares of the time in which some thread waited: of the machine, else of the worker's cgroup. */
  readonly pressureCpu: number;
  readonly pressureMemory: number;
  /** In which all threads waited that had something to do. */
  readonly pressureMemoryFull: number;
  readonly pressureIo: number;
}

/** One of the processes that use most, as of the last sample. */
export interface TopProcessFigures {
  readonly pid: number;
  /** Text of a job, never to be trusted. */
  readonly name: string;
  /** Mean over the time since the sample before. */
  readonly cores: number;
  readonly residentBytes: number;
  readonly step: { readonly id: string } | undefined;
}
