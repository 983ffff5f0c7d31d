/** What the machine uses at one moment, or the container whose limits the runner has. NaN: not known. */
export interface Use {
  readonly cpuCores: number;
  readonly memoryBytes: number;
  /** All that there is. */
  readonly memoryTotalBytes: number;
}

/** The most that was used while something ran: all of the machine's, since steps overlap and leave processes behind. */
export class Peaks {
  /** 0 while nothing was measured. */
  cpuCores = 0;
  memoryBytes = 0;
  memoryTotalBytes = 0;

  note({ cpuCores, memoryBytes, memoryTotalBytes }: Use): void {
    this.memoryTotalBytes = memoryTotalBytes;
    if (cpuCores > this.cpuCores) this.cpuCores = cpuCores;
    if (memoryBytes > this.memoryBytes) this.memoryBytes = memoryBytes;
  }
}
