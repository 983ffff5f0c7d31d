import { describe, expect, test } from "bun:test";
import type { KernelMessage } from "../../src/events/kernel-log.ts";
import { type OomKill, OomReports } from "../../src/events/oom-reports.ts";

const KIB = 1024;

/** The kills that these messages tell of. */
function killsIn(...texts: readonly string[]): OomKill[] {
  const reports = new OomReports();
  const messages = texts.map((text, at): KernelMessage => ({ timeUs: at, text }));
  return messages.flatMap((message) => reports.push(message) ?? []);
}

const INVOKED = "make invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0";
const USAGE = "memory: usage 28672kB, limit 28672kB, failcnt 59988";
const IN_CGROUP =
  "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/job,task_memcg=/job/step,task=cc1,pid=17,uid=0";
const KILLED =
  "Memory cgroup out of memory: Killed process 17 (cc1) total-vm:15318460kB, anon-rss:27824kB, file-rss:53776kB, shmem-rss:4kB, UID:0 pgtables:492kB oom_score_adj:0";

describe("OomReports", () => {
  test("reads who was killed, how large it was, and whose limit that was", () => {
    expect(killsIn(INVOKED, USAGE, IN_CGROUP, KILLED)).toEqual([
      {
        timeUs: 3,
        pid: 17,
        name: "cc1",
        anonRssBytes: 27_824 * KIB,
        fileRssBytes: 53_776 * KIB,
        shmemRssBytes: 4 * KIB,
        scope: "cgroup",
        limitCgroup: "/job",
        limitBytes: 28_672 * KIB,
        taskCgroup: "/job/step",
      },
    ]);
  });

  test("reads that the machine had no memory left: that is no cgroup's limit", () => {
    const global =
      "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/job,task=java,pid=17,uid=0";
    const killed =
      "Out of memory: Killed process 17 (java) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0";
    const [kill] = killsIn(INVOKED, global, killed);
    expect(kill).toMatchObject({ scope: "machine", taskCgroup: "/job", name: "java" });
    expect(kill?.limitCgroup).toBeUndefined();
    expect(kill?.limitBytes).toBeUndefined();
  });

  test.each([
    [
      "of Linux 4.18",
      "Memory cgroup out of memory: Killed process 17 (cc1), UID 1001, total-vm:8kB, anon-rss:4kB, file-rss:0kB",
    ],
    ["of Linux 4.19", "Killed process 17 (cc1) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB"],
    ["of Linux 4.4", "Killed process 17 (cc1) total-vm:8kB, anon-rss:4kB, file-rss:0kB"],
    [
      "of the process that asked",
      "Out of memory (oom_kill_allocating_task): Killed process 17 (cc1) total-vm:8kB, anon-rss:4kB, file-rss:0kB",
    ],
  ])("reads the words %s", (_, text) => {
    expect(killsIn(text)).toMatchObject([{ pid: 17, name: "cc1", anonRssBytes: 4 * KIB, scope: undefined }]);
  });

  test("claims for a kill nothing that an earlier report says", () => {
    const other = KILLED.replaceAll("17", "18");
    expect(killsIn(INVOKED, USAGE, IN_CGROUP, KILLED, other).map(({ scope }) => scope)).toEqual(["cgroup", undefined]);
    const global = IN_CGROUP.replace("MEMCG", "NONE").replace("oom_memcg=/job", "global_oom");
    expect(killsIn(INVOKED, USAGE, IN_CGROUP, KILLED, INVOKED, global, KILLED).at(-1)?.limitBytes).toBeUndefined();
    expect(killsIn(USAGE, IN_CGROUP, INVOKED, KILLED)[0]?.scope).toBeUndefined();
  });

  test("knows the limit of those that are killed as a group", () => {
    const group = "Tasks in /job are going to be killed due to memory.oom.group set";
    const other = KILLED.replace("17 (cc1)", "18 (ld)");
    expect(killsIn(INVOKED, USAGE, IN_CGROUP, KILLED, group, other).at(-1)).toMatchObject({
      pid: 18,
      name: "ld",
      limitCgroup: "/job",
    });
  });

  test.each([
    ["a) total-vm:1kB", "a) total-vm:1kB"],
    ["(x) (y", "(x) (y"],
    ["Killed process", "Killed process"],
    ["", ""],
    ["\\x1b[2J\\xe2", "\\x1b[2J\\xe2"],
  ])("takes the name %p as it is, and nothing else from it", (name, expected) => {
    const [kill] = killsIn(KILLED.replace("(cc1)", `(${name})`));
    expect(kill).toMatchObject({ pid: 17, name: expected, anonRssBytes: 27_824 * KIB });
  });

  test("takes the pid from the end of the line, whatever the process calls itself", () => {
    const forged = IN_CGROUP.replace("task=cc1", "task=a,pid=1,uid=0");
    expect(killsIn(INVOKED, USAGE, forged, KILLED)[0]).toMatchObject({ pid: 17, limitCgroup: "/job" });
  });

  test.each([
    [
      "cgroups that are named after it",
      `cgroup: Memory cgroup out of memory: Killed process 17 (x) total-vm:1kB, anon-rss:1kB`,
    ],
    ["a program that is", "Killed process [9]: segfault at 0 ip 0 sp 0 error 4"],
    ["a line that is cut", "Memory cgroup out of memory: Killed process 17 (cc1) total-vm:153"],
  ])("takes no kill from %s", (_, text) => {
    expect(killsIn(text)).toEqual([]);
  });
});
