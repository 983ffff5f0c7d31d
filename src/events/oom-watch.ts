import { EVENTS, type Event, type Report } from "./event.ts";
import { KillHistory, type SeenKill } from "./kill-history.ts";
import type { KernelLog, KernelMessage } from "./kernel-log.ts";
import type { NewKills, OomCounters } from "./oom-counters.ts";
import { type OomKill, OomReports, type OomScope } from "./oom-reports.ts";

/** The kernel's counts are a file of two hundred lines, and say nothing that could not wait so long. */
const COUNT_EVERY_TICKS = 5;

const WHOSE: Readonly<Record<OomScope, string>> = {
  cgroup: "the limit of its memory cgroup was reached",
  machine: "the machine had no memory left",
  cpuset: "the memory nodes of its cpuset had none left",
  memory_policy: "the memory nodes of its policy had none left",
};

/** Where kills show, and what time it is. */
export interface OomWatchOptions {
  readonly report: Report;
  /** The caller closes it. */
  readonly log: KernelLog | undefined;
  /** For where there is no log. */
  readonly counters: OomCounters | undefined;
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

/** Tells of each process that the kernel kills for memory: by the kernel's log, or by its counts where we may not read that. */
export class OomWatch {
  readonly #options: OomWatchOptions;
  readonly #reports = new OomReports();
  readonly #history = new KillHistory();
  #ticks = 0;

  constructor(options: OomWatchOptions) {
    this.#options = options;
  }

  /** Whether a kill would be seen. */
  get canSee(): boolean {
    return this.#options.log !== undefined || this.#options.counters?.isReadable === true;
  }

  /** Looks whether there is news. */
  tick(): void {
    this.#options.log?.read(this.#onMessage);
    if (++this.#ticks % COUNT_EVERY_TICKS === 0) this.#lookAtCounts();
  }

  /** Looks now, and has the kills that were seen at `sinceMs` or later. */
  killsSince(sinceMs: number): readonly SeenKill[] {
    this.#options.log?.read(this.#onMessage);
    this.#lookAtCounts();
    return this.#history.since(sinceMs);
  }

  #lookAtCounts(): void {
    const kills = this.#options.counters?.look();
    if (kills === undefined) return;
    this.#history.add({ atMs: this.#options.nowMs(), count: kills.machine || kills.cgroup, kill: undefined });
    this.#options.report(countedKills(kills));
  }

  readonly #onMessage = (message: KernelMessage): void => {
    const kill = this.#reports.push(message);
    if (kill === undefined) return;
    this.#history.add({ atMs: this.#options.nowMs(), count: 1, kill });
    this.#options.report(seenKill(kill));
  };
}

/** What is told of a kill that the kernel has told of. */
export function seenKill(kill: OomKill): Event {
  const why = kill.scope === undefined ? "" : `: ${WHOSE[kill.scope]}`;
  return {
    kind: EVENTS.oomKill,
    text: `The kernel killed a process for memory${why}`,
    attributes: {
      source: "kernel_log",
      "process.pid": kill.pid,
      "process.executable.name": kill.name,
      anon_rss_bytes: kill.anonRssBytes,
      file_rss_bytes: kill.fileRssBytes,
      shmem_rss_bytes: kill.shmemRssBytes,
      scope: kill.scope,
      limit_cgroup: kill.limitCgroup,
      limit_bytes: kill.limitBytes,
      task_cgroup: kill.taskCgroup,
    },
  };
}

/** A count of the machine has the kills of every container in it, so it is nobody's in particular. */
function countedKills({ machine, cgroup }: NewKills): Event {
  const where = cgroup > 0 ? "in this container" : "somewhere on this machine";
  return {
    kind: EVENTS.oomKill,
    text: `The kernel killed for memory ${where}; its log, which says whom, cannot be read here`,
    attributes: {
      source: "counters",
      kills: cgroup > 0 ? cgroup : machine,
      seen_in: cgroup > 0 ? "cgroup" : "machine",
    },
  };
}
