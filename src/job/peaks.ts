/** What the machine uses at one moment, or the container whose limits the runner has. NaN: not known. */
export interface Use {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** The most that was used while something ran: all of the machine's, since steps overlap and leave processes behind. */
export class Peaks {
  /** 0 while nothing was measured. */
  cpuCores = 0;
  memoryBytes = 0;

  note({ cpuCores, memoryBytes }: Use): void {
    if (cpuCores > this.cpuCores) this.cpuCores = cpuCores;
    if (memoryBytes > this.memoryBytes) this.memoryBytes = memoryBytes;
  }
}
