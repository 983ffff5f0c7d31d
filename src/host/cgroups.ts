import type { Mount } from "./mounts.ts";

/** A hierarchy of cgroups: all controllers of version 2, or one of version 1, such as `memory`. */
export type Hierarchy = "v2" | "memory" | "cpu" | "cpuacct" | "cpuset";

/**
 * The folders of the cgroups around everything that this process can see, from the outermost to the innermost. These are
 * the cgroups of process 1. On a machine it is in the root, which has no limits. In a container it is the container's
 * first process, so the limits of its cgroup and of the visible ones around it are the container's.
 *
 * Our own cgroup is the wrong one to ask: on a machine it is the cgroup of the agent's unit, whose limits bind the agent
 * alone. Files such as /.dockerenv prove nothing: machines that were made from container images have them too.
 *
 * `processOne` is the text of /proc/1/cgroup. Empty when the hierarchy is not mounted, when process 1 is the machine's
 * (a container that observes the machine), and when it is a unit's (PrivatePIDs=). In a pod whose containers share their
 * processes, process 1 is in a cgroup beside ours: then our own is the container's.
 */
export function enclosingCgroups(
  hierarchy: Hierarchy,
  processOne: string,
  mounts: readonly Mount[],
): readonly string[] {
  const place = placeIn(hierarchy, processOne, mounts);
  if (place === undefined) return [];
  const { mountPoint } = place;
  // systemd as process 1 keeps a cgroup for itself below the one that holds all the others.
  const names = place.names.at(-1) === "init.scope" ? place.names.slice(0, -1) : place.names;
  if (names.at(-1)?.endsWith(".service") === true) return [];
  if (names[0] === "..") return names.every((name) => name === "..") ? [] : [mountPoint];
  return foldersOf(mountPoint, names);
}

/**
 * The folders of the cgroups around a process of which `processCgroup` is the text of /proc/PID/cgroup, from the
 * outermost that is visible here to its own. Empty when its own is not visible here, or the hierarchy is not mounted.
 */
export function cgroupsAround(
  hierarchy: Hierarchy,
  processCgroup: string,
  mounts: readonly Mount[],
): readonly string[] {
  const place = placeIn(hierarchy, processCgroup, mounts);
  return place === undefined || place.names[0] === ".." ? [] : foldersOf(place.mountPoint, place.names);
}

function foldersOf(mountPoint: string, names: readonly string[]): readonly string[] {
  return [mountPoint, ...names.map((_, index) => `${mountPoint}/${names.slice(0, index + 1).join("/")}`)];
}

/** Where a cgroup is in the mount of its hierarchy. */
function placeIn(
  hierarchy: Hierarchy,
  processCgroup: string,
  mounts: readonly Mount[],
): { readonly mountPoint: string; readonly names: readonly string[] } | undefined {
  const mount = mounts.findLast((candidate) => isMountOf(hierarchy, candidate));
  const path = pathIn(hierarchy, processCgroup);
  if (mount === undefined || path === undefined) return undefined;
  const inside = withoutPrefix(path, mount.root);
  if (inside === undefined) return undefined;
  return { mountPoint: mount.mountPoint, names: inside.split("/").filter((name) => name !== "") };
}

function isMountOf(hierarchy: Hierarchy, { type, superOptions }: Mount): boolean {
  if (hierarchy === "v2") return type === "cgroup2";
  return type === "cgroup" && superOptions.includes(hierarchy);
}

/** Lines are `id:controllers:path`, that of version 2 is `0::path`. */
function pathIn(hierarchy: Hierarchy, cgroup: string): string | undefined {
  for (const line of cgroup.split("\n")) {
    const [, controllers, ...path] = line.split(":");
    if (path.length === 0) continue;
    const isRight = hierarchy === "v2" ? controllers === "" : controllers?.split(",").includes(hierarchy);
    if (isRight === true) return path.join(":");
  }
  return undefined;
}

function withoutPrefix(path: string, root: string): string | undefined {
  if (root === "/") return path;
  if (path === root) return "";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}
