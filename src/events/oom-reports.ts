import type { KernelMessage } from "./kernel-log.ts";

/**
 * Whose limit was reached. `cgroup`: that of a memory cgroup. `machine`: all memory there is. `cpuset` and
 * `memory_policy`: that of the memory nodes to which the process is bound.
 */
export type OomScope = "cgroup" | "machine" | "cpuset" | "memory_policy";

/** A process that the kernel has killed for memory. What the kernel did not say is undefined. */
export interface OomKill {
  readonly timeUs: number;
  /** As the machine counts, not a container. */
  readonly pid: number;
  /** As the process called itself: text of others. */
  readonly name: string;
  readonly anonRssBytes: number;
  readonly fileRssBytes: number | undefined;
  readonly shmemRssBytes: number | undefined;
  readonly scope: OomScope | undefined;
  /** The path of the cgroup whose limit it was, in its hierarchy. Text of others. */
  readonly limitCgroup: string | undefined;
  readonly limitBytes: number | undefined;
  /** That of the process. Text of others. */
  readonly taskCgroup: string | undefined;
}

const SCOPES: Readonly<Record<string, OomScope>> = {
  CONSTRAINT_MEMCG: "cgroup",
  CONSTRAINT_NONE: "machine",
  CONSTRAINT_CPUSET: "cpuset",
  CONSTRAINT_MEMORY_POLICY: "memory_policy",
};

/** Nearly every message of the kernel is about something else. */
const WORDS = /oom|Killed process|memory: usage/;

// Each from the start of the message: names of processes come later in it, and have 15 characters at most.
const BEGIN = /^.{0,15} invoked oom-killer: /;
const USAGE = /^memory: usage \d+kB, limit (\d+)kB/;
const CONSTRAINT = /^oom-kill:constraint=(\w+),/;
const LIMIT_CGROUP = /,(?:global_oom|oom_memcg=(.*)),task_memcg=(.*),task=/;
const VICTIM = /,pid=(\d+),uid=\d+$/;
const WHOLE_GROUP = /^Tasks in .* are going to be killed due to memory\.oom\.group set$/;
const KILLED =
  /^(?:(?:Memory cgroup out of memory|Out of memory(?: \(\w+\))?): )?Killed process (\d+) \((.*)\),?(?: UID \d+,)? total-vm:\d+kB, anon-rss:(\d+)kB(?:, file-rss:(\d+)kB)?(?:, shmem-rss:(\d+)kB)?/;

/** What the lines before a kill say of it. */
interface Circumstances {
  readonly scope: OomScope | undefined;
  readonly limitCgroup: string | undefined;
  readonly limitBytes: number | undefined;
  readonly taskCgroup: string | undefined;
}

const NOTHING_KNOWN: Circumstances = {
  scope: undefined,
  limitCgroup: undefined,
  limitBytes: undefined,
  taskCgroup: undefined,
};

/**
 * Reads the reports of the kernel's OOM killer, message by message, and says who was killed. A report is a dozen lines
 * and more, the kill is its last one. What stands in an earlier report is not taken for a later kill.
 */
export class OomReports {
  #limitBytes: number | undefined;
  #victim: number | undefined;
  #isWholeGroup = false;
  #circumstances = NOTHING_KNOWN;

  /** The kill, if this message tells of one. */
  push({ timeUs, text }: KernelMessage): OomKill | undefined {
    if (!WORDS.test(text)) return undefined;
    const killed = KILLED.exec(text);
    if (killed !== null) return this.#killed(timeUs, killed);
    const [, limit] = USAGE.exec(text) ?? [];
    const [, constraint] = CONSTRAINT.exec(text) ?? [];
    if (BEGIN.test(text)) this.#begin();
    else if (limit !== undefined) this.#limitBytes = kib(limit);
    else if (constraint !== undefined) this.#decided(text, SCOPES[constraint]);
    else if (WHOLE_GROUP.test(text)) this.#isWholeGroup = true;
    return undefined;
  }

  #begin(): void {
    this.#limitBytes = undefined;
    this.#victim = undefined;
    this.#isWholeGroup = false;
    this.#circumstances = NOTHING_KNOWN;
  }

  #decided(text: string, scope: OomScope | undefined): void {
    const [, limitCgroup, taskCgroup] = LIMIT_CGROUP.exec(text) ?? [];
    const [, pid] = VICTIM.exec(text) ?? [];
    this.#victim = pid === undefined ? undefined : Number(pid);
    const limitBytes = scope === "cgroup" ? this.#limitBytes : undefined;
    this.#circumstances = { scope, limitCgroup, limitBytes, taskCgroup };
  }

  #killed(timeUs: number, [, pid, name = "", anon, file, shmem]: RegExpExecArray): OomKill {
    // The other processes of a group that is killed as a whole have no report of their own.
    const isOfReport = Number(pid) === this.#victim || this.#isWholeGroup;
    return {
      timeUs,
      pid: Number(pid),
      name,
      anonRssBytes: kib(anon ?? "0"),
      fileRssBytes: file === undefined ? undefined : kib(file),
      shmemRssBytes: shmem === undefined ? undefined : kib(shmem),
      ...(isOfReport ? this.#circumstances : NOTHING_KNOWN),
    };
  }
}

function kib(text: string): number {
  return Number(text) * 1024;
}
