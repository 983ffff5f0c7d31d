/** What a number is called, as OTLP has it. All are gauges. */
export interface Metric {
  readonly name: string;
  readonly unit: "%" | "By/s";
  readonly description: string;
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
} as const satisfies Readonly<Record<string, Metric>>;

/** The number is a container's, measured against the limit of its cgroup. Without this attribute it is the machine's. */
export const OF_CONTAINER: Attributes = { limit: "cgroup" };
/** As hostmetrics has it: the one of its states that is kept. */
export const USED: Attributes = { state: "used" };
/** What dashboards select by: all of the machine's ports together. */
export const RECEIVED: Attributes = { device: "internet", direction: "receive" };
export const SENT: Attributes = { device: "internet", direction: "transmit" };
/** The name of the semantic conventions. */
export const MOUNT_POINT = "system.filesystem.mountpoint";
