import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";

/** Where memory cgroups are, and what their files are called, in version 1 and in version 2. */
const V1 = { root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", kills: "memory.oom_control" } as const;
const V2 = { root: "/sys/fs/cgroup", limit: "memory.max", kills: "memory.events" } as const;

let groups = 0;

/** What happened in a group. */
export interface MemoryEvents {
  readonly oomKills: number;
  /** Pages of files that had to be read from the disk again or for the first time. */
  readonly majorFaults: number;
}

/**
 * A memory cgroup of its own; a process in it that wants more is killed by the kernel. The pages of files that it brings
 * into the page cache count as well, but the kernel takes those back first. Needs root on Linux.
 */
export class MemoryLimit implements Disposable {
  readonly #directory: string;
  readonly #version: typeof V1 | typeof V2;

  private constructor(directory: string, version: typeof V1 | typeof V2) {
    this.#directory = directory;
    this.#version = version;
  }

  /** Why there can be none here, or undefined. */
  static missing(): string | undefined {
    const version = mountedVersion();
    if (version === undefined) return "needs memory cgroups";
    try {
      const probe = `${version.root}/warp-telemetry-probe-${process.pid}`;
      mkdirSync(probe);
      const canLimit = existsSync(`${probe}/${version.limit}`);
      rmdirSync(probe);
      return canLimit ? undefined : "needs a memory controller for new cgroups";
    } catch {
      return "needs the right to make a memory cgroup";
    }
  }

  /** Throws where {@link missing} says why. */
  static create(bytes: number): MemoryLimit {
    const version = mountedVersion();
    if (version === undefined) throw new Error("Cannot limit memory: there are no memory cgroups");
    const directory = `${version.root}/warp-telemetry-test-${process.pid}-${groups++}`;
    mkdirSync(directory);
    writeFileSync(`${directory}/${version.limit}`, String(bytes));
    return new MemoryLimit(directory, version);
  }

  /** A command in front of another that becomes it, inside the limit. */
  get launcher(): readonly string[] {
    return ["sh", "-c", `echo $$ > ${this.#directory}/cgroup.procs && exec "$@"`, "limited"];
  }

  /** Since the group was made. */
  get events(): MemoryEvents {
    return {
      oomKills: this.#count(this.#version.kills, "oom_kill"),
      majorFaults: this.#count("memory.stat", "pgmajfault"),
    };
  }

  #count(file: string, key: string): number {
    const [, count] = new RegExp(`^${key} (\\d+)$`, "m").exec(readFileSync(`${this.#directory}/${file}`, "utf8")) ?? [];
    return Number(count ?? 0);
  }

  [Symbol.dispose](): void {
    try {
      rmdirSync(this.#directory);
    } catch {
      // The kernel still counts pages of a process that has just died; an empty group costs nothing.
    }
  }
}

function mountedVersion(): typeof V1 | typeof V2 | undefined {
  if (existsSync(`${V1.root}/${V1.limit}`)) return V1;
  const controllers = `${V2.root}/cgroup.controllers`;
  return existsSync(controllers) && /\bmemory\b/.test(readFileSync(controllers, "utf8")) ? V2 : undefined;
}
