import { existsSync } from "node:fs";
import { cgroupsAround } from "./cgroups.ts";
import { type CpuLimit, limitsOf, type MemoryLimit } from "./container-limits.ts";
import type { Mount } from "./mounts.ts";

/** The cgroup in which a process runs, with the limits that bind it. */
export interface WorkerCgroup {
  readonly folder: string;
  /** Its own limit or one around it; undefined where there is none. It may be no smaller than the machine. */
  readonly memory: MemoryLimit | undefined;
  readonly cpu: CpuLimit | undefined;
  /** Who counts the memory and whose it is: the cgroup of the limit, else its own. Undefined where nobody counts it. */
  readonly memoryFolder: string | undefined;
}

/** Why there is nothing to measure. The sentences are for the log. */
export const NO_CGROUP = {
  root: "The runner's worker is in the root cgroup: it has no limits, and its pressure is the machine's",
  v1: "The runner's worker is in cgroups of version 1: their limits are not measured, and pressure is the machine's",
  outside:
    "The cgroup of the runner's worker cannot be seen from here: pressure is the machine's, limits are not known",
} as const;
export const NO_MEMORY =
  "The cgroup of the runner's worker counts no memory (version 1 does, or nobody): its pressure and CPU alone are measured";

/**
 * Looks for the cgroup of a process, `processCgroup` being the text of its /proc/PID/cgroup. Only cgroups of version 2
 * have pressure and count kills as we tell them. `root` is what comes before `/proc` and `/sys`.
 */
export function workerCgroup(
  root: string,
  processCgroup: string,
  mounts: readonly Mount[],
): WorkerCgroup | keyof typeof NO_CGROUP {
  const folders = cgroupsAround("v2", processCgroup, mounts).map((path) => root + path);
  const folder = folders.at(-1);
  const isInV1 = cgroupsAround("memory", processCgroup, mounts).length > 0;
  if (folder === undefined) return isInV1 ? "v1" : "outside";
  // The root of all has no such file. That of a container's own namespace has, for it is a cgroup like others.
  if (!existsSync(`${folder}/cgroup.events`)) return isInV1 ? "v1" : rootOrGone(folder);
  const { memory, cpu } = limitsOf(folders);
  const counting = memory?.cgroup ?? folder;
  return { folder, memory, cpu, memoryFolder: existsSync(`${counting}/memory.current`) ? counting : undefined };
}

function rootOrGone(folder: string): "root" | "outside" {
  return existsSync(`${folder}/cgroup.procs`) ? "root" : "outside";
}
