import { enclosingCgroups, type Hierarchy } from "./cgroups.ts";
import { textOf } from "./host-file.ts";
import type { Mount } from "./mounts.ts";

/** How much memory a container may use. */
export interface MemoryLimit {
  /** The cgroup that has the limit, and whose usage counts against it. */
  readonly cgroup: string;
  readonly version: 1 | 2;
  readonly bytes: number;
}

/** How many cores a container may use at once, parts of one included. */
export interface CpuLimit {
  /** File with the CPU time that counts against the limit. */
  readonly usageFile: string;
  readonly version: 1 | 2;
  readonly cores: number;
}

export interface ContainerLimits {
  readonly memory: MemoryLimit | undefined;
  readonly cpu: CpuLimit | undefined;
}

/**
 * The smallest limits of the container that we are in; undefined where there are none. A limit may be no smaller than
 * what the machine has, on a machine it always is: the caller compares. `root` is what comes before `/proc` and `/sys`.
 */
export function containerLimits(root: string, mounts: readonly Mount[]): ContainerLimits {
  const processOne = textOf(`${root}/proc/1/cgroup`) ?? "";
  const cgroupsIn = (hierarchy: Hierarchy): readonly string[] =>
    enclosingCgroups(hierarchy, processOne, mounts).map((path) => root + path);
  const v2 = cgroupsIn("v2");
  const memory = [
    ...memoryLimits(v2),
    ...cgroupsIn("memory").map((cgroup) => ({
      cgroup,
      version: 1 as const,
      bytes: numberIn(`${cgroup}/memory.limit_in_bytes`),
    })),
  ];
  // Version 1 may have the limits and the usage in separate hierarchies. Container engines make the same folders in all.
  const usage = cgroupsIn("cpuacct").map((cgroup) => `${cgroup}/cpuacct.usage`);
  const coresV1 = [
    ...cgroupsIn("cpu")
      .map((cgroup) => quotaOf(`${textOf(`${cgroup}/cpu.cfs_quota_us`)} ${textOf(`${cgroup}/cpu.cfs_period_us`)}`))
      .entries(),
    ...cgroupsIn("cpuset")
      .map((cgroup) => coresIn(`${cgroup}/cpuset.effective_cpus`))
      .entries(),
  ];
  const cpu = [
    ...cpuLimits(v2),
    ...coresV1.flatMap(([depth, cores]) => {
      const usageFile = usage[depth] ?? usage.at(-1);
      return usageFile === undefined ? [] : [{ usageFile, version: 1 as const, cores }];
    }),
  ];
  return {
    memory: smallest(memory, ({ bytes }) => bytes),
    cpu: smallest(cpu, ({ cores }) => cores),
  };
}

/** The smallest limits of these cgroups of version 2, folders from the outermost to the innermost, as above. */
export function limitsOf(cgroups: readonly string[]): ContainerLimits {
  return {
    memory: smallest(memoryLimits(cgroups), ({ bytes }) => bytes),
    cpu: smallest(cpuLimits(cgroups), ({ cores }) => cores),
  };
}

function memoryLimits(v2: readonly string[]): readonly MemoryLimit[] {
  return v2.map((cgroup) => ({ cgroup, version: 2, bytes: numberIn(`${cgroup}/memory.max`) }));
}

function cpuLimits(v2: readonly string[]): readonly CpuLimit[] {
  return v2.map((cgroup) => ({
    usageFile: `${cgroup}/cpu.stat`,
    version: 2,
    cores: Math.min(quotaOf(textOf(`${cgroup}/cpu.max`)), coresIn(`${cgroup}/cpuset.cpus.effective`)),
  }));
}

/** The smallest that is finite; of equals the outermost, which holds the most. */
function smallest<T>(limits: readonly T[], sizeOf: (limit: T) => number): T | undefined {
  let found: T | undefined;
  for (const limit of limits) {
    if (sizeOf(limit) < (found === undefined ? Number.POSITIVE_INFINITY : sizeOf(found))) found = limit;
  }
  return found;
}

/** `max`, a file that is not there, and anything else that is no number: no limit. */
function numberIn(path: string): number {
  const text = textOf(path)?.trim() ?? "";
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

/** `<quota> <period>`, both in µs; a quota of `max` or -1 is none. */
function quotaOf(text: string | undefined): number {
  const [, quota, period] = /^(\d+)\s+(\d+)/.exec(text ?? "") ?? [];
  return quota === undefined || Number(period) === 0 ? Number.POSITIVE_INFINITY : Number(quota) / Number(period);
}

/** How many cores a list such as `0-3,6` names. */
function coresIn(path: string): number {
  const ranges =
    textOf(path)
      ?.trim()
      .match(/\d+(-\d+)?/g) ?? [];
  if (ranges.length === 0) return Number.POSITIVE_INFINITY;
  return ranges.reduce((sum, range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return sum + last - first + 1;
  }, 0);
}
