import { readFileSync } from "node:fs";
import { oomKillsIn } from "../lib/boot-mark.ts";

/** How many processes were killed since the last look. */
export interface NewKills {
  /** On the whole machine, other containers included. */
  readonly machine: number;
  /** In the cgroup at the root of what we see, where that is a container's; part of those of the machine. */
  readonly cgroup: number;
}

const VMSTAT = "/proc/vmstat";
/** Version 2, where the machine's own root has none, and version 1. */
const CGROUP_FILES = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];

/** The kernel's own counts of OOM kills, for where its log cannot be read. They say that it happened, and no more. */
export class OomCounters {
  readonly #root: string;
  #machine: number | undefined;
  #cgroup: number | undefined;

  /** Kills before now are not news. `root` is what comes before `/proc` and `/sys`. */
  constructor(root = "") {
    this.#root = root;
    this.look();
  }

  /** What can be read here. */
  get isReadable(): boolean {
    return this.#machine !== undefined || this.#cgroup !== undefined;
  }

  /** What has come since the last call; undefined when nothing has. Never throws. */
  look(): NewKills | undefined {
    const machine = this.#count(VMSTAT);
    const cgroup = CGROUP_FILES.map((file) => this.#count(file)).find((count) => count !== undefined);
    const kills = { machine: risen(this.#machine, machine), cgroup: risen(this.#cgroup, cgroup) };
    this.#machine = machine;
    this.#cgroup = cgroup;
    return kills.machine > 0 || kills.cgroup > 0 ? kills : undefined;
  }

  #count(file: string): number | undefined {
    try {
      return oomKillsIn(readFileSync(this.#root + file, "utf8"));
    } catch {
      return undefined;
    }
  }
}

function risen(before: number | undefined, now: number | undefined): number {
  return before === undefined || now === undefined ? 0 : Math.max(0, now - before);
}
