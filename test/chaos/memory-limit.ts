import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";

const CGROUP_V1 = "/sys/fs/cgroup/memory";

/** A memory cgroup (v1) of its own; a process in it that wants more is killed by the kernel. Needs root on Linux. */
export class MemoryLimit implements Disposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Why there can be none here, or undefined. */
  static missing(): string | undefined {
    if (!existsSync(`${CGROUP_V1}/memory.limit_in_bytes`)) return "needs memory cgroups, version 1";
    try {
      const probe = `${CGROUP_V1}/warp-telemetry-probe-${process.pid}`;
      mkdirSync(probe);
      rmdirSync(probe);
      return undefined;
    } catch {
      return "needs the right to make a memory cgroup";
    }
  }

  static create(bytes: number): MemoryLimit {
    const directory = `${CGROUP_V1}/warp-telemetry-chaos-${process.pid}`;
    mkdirSync(directory, { recursive: true });
    writeFileSync(`${directory}/memory.limit_in_bytes`, String(bytes));
    return new MemoryLimit(directory);
  }

  /** A command in front of another that becomes it, inside the limit. */
  get launcher(): readonly string[] {
    return ["sh", "-c", `echo $$ > ${this.#directory}/cgroup.procs && exec "$@"`, "limited"];
  }

  [Symbol.dispose](): void {
    try {
      rmdirSync(this.#directory);
    } catch {
      // The kernel still counts pages of a process that has just died; an empty group costs nothing.
    }
  }
}
