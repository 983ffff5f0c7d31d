/** What a number is called, as OTLP has it. It is a gauge, unless it says otherwise. */
export interface Metric {
  readonly name: string;
  readonly unit: "%" | "By/s" | "By" | "s" | "{cpu}" | "{thread}/{cpu}" | "{kill}";
  readonly description: string;
  /** It only grows, from a start that is older than the agent. */
  readonly isCounter?: true;
}

export type Attributes = Readonly<Record<string, string>>;

/** The names that dashboards know, and names for what was not told apart before. */
export const METRICS = {
  cpu: {
    name: "system.cpu.utilization",
    unit: "%",
    description: "Share of the time in which the cores were busy, mean of all: not idle and not waiting for disks.",
  },
  busiestCore: {
    name: "system.cpu.busiest_core.utilization",
    unit: "%",
    description: "Share of the time in which the busiest core was busy.",
  },
  iowait: {
    name: "system.cpu.iowait.utilization",
    unit: "%",
    description: "Share of the time in which the cores were idle while processes waited for disks, mean of all.",
  },
  steal: {
    name: "system.cpu.steal.utilization",
    unit: "%",
    description:
      "Share of the time in which the hypervisor ran others on the cores, mean of all; part of the busy time.",
  },
  memory: {
    name: "system.memory.utilization",
    unit: "%",
    description: "Share of the memory that is in use and cannot be taken back.",
  },
  network: {
    name: "system.network.io",
    unit: "By/s",
    description: "Bytes a second that entered or left the machine.",
  },
  fileSystem: {
    name: "system.filesystem.utilization",
    unit: "%",
    description: "Share of the space in use, of the fullest file system that can fill up.",
  },
  fileSystemUsage: {
    name: "system.filesystem.usage",
    unit: "By",
    description: "Space of the fullest file system: in use, and free for users other than root.",
  },
  timeToFull: {
    name: "system.filesystem.time_to_full",
    unit: "s",
    description: "Time until the fullest file system is full, at the rate of the last half minute.",
  },
  cpuPressure: {
    name: "system.cpu.pressure.utilization",
    unit: "%",
    description: "Share of the time in which threads that could run waited for a core.",
  },
  memoryPressure: {
    name: "system.memory.pressure.utilization",
    unit: "%",
    description: "Share of the time in which threads waited for memory.",
  },
  ioPressure: {
    name: "system.io.pressure.utilization",
    unit: "%",
    description: "Share of the time in which threads waited for disks.",
  },
  runQueue: {
    name: "system.cpu.run_queue",
    unit: "{thread}/{cpu}",
    description: "Threads that run or wait for a core, for each core of the machine; the agent's own is left out.",
  },
  oomKills: {
    name: "system.memory.oom_kills",
    unit: "{kill}",
    description: "Processes that the kernel has killed because memory ran out.",
    isCounter: true,
  },
  memoryUsage: {
    name: "system.memory.usage",
    unit: "By",
    description: "Memory in use, without the cache of files.",
  },
  memoryLimit: {
    name: "system.memory.limit",
    unit: "By",
    description: "Memory that may be used.",
  },
  cpuUsage: {
    name: "system.cpu.usage",
    unit: "{cpu}",
    description: "Cores in use, mean over the time since the last reading.",
  },
  cpuLimit: {
    name: "system.cpu.limit",
    unit: "{cpu}",
    description: "Cores that may be used at once.",
  },
  cpuThrottled: {
    name: "system.cpu.throttled",
    unit: "{cpu}",
    description:
      "Cores on which threads were kept from running by the limit, mean over the time since the last reading.",
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** Of whom a number is: of the whole machine, or of the cgroup in which the runner's worker runs. */
export const SCOPES = { host: { scope: "host" }, cgroup: { scope: "cgroup" } } as const satisfies Readonly<
  Record<string, Attributes>
>;
/** `some`: at least one thread waited. `full`: all that were not idle waited at the same time. */
export const STALLS = { some: { stall: "some" }, full: { stall: "full" } } as const satisfies Readonly<
  Record<string, Attributes>
>;
/** The name of the semantic conventions for what {@link USED} says. */
export const MEMORY_USED: Attributes = { "system.memory.state": "used" };
export const FILE_SYSTEM_STATE = "system.filesystem.state";

/** The number is a container's, measured against the limit of its cgroup. Without this attribute it is the machine's. */
export const OF_CONTAINER: Attributes = { limit: "cgroup" };
/** As host_metrics has it: the one of its states that is kept. */
export const USED: Attributes = { state: "used" };
/** What dashboards select by: all of the machine's ports together. */
export const RECEIVED: Attributes = { device: "internet", direction: "receive" };
export const SENT: Attributes = { device: "internet", direction: "transmit" };
/** The name of the semantic conventions. */
export const MOUNT_POINT = "system.filesystem.mountpoint";
