import { describe, expect, test } from "bun:test";
import { ClockWatch } from "../../src/events/clock-watch.ts";
import { type DiskSpace, DiskWatch } from "../../src/events/disk-watch.ts";
import { KernelLog } from "../../src/events/kernel-log.ts";
import { OomCounters } from "../../src/events/oom-counters.ts";
import { OomWatch } from "../../src/events/oom-watch.ts";
import { StoreWatch } from "../../src/events/store-watch.ts";
import { isGlibcLinux } from "../../src/lib/libc.ts";
import type { PartHealth } from "../../src/pipeline.ts";
import { FakeHost } from "../host/fake-host.ts";
import { oomReport, Seen } from "./support.ts";

const [MIB, GIB] = [2 ** 20, 2 ** 30];

/** The events of file systems of `totalBytes` with so much free, look by look. */
function diskChanges(totalBytes: number, ...free: readonly number[]): string[][] {
  const seen = new Seen();
  let disks: readonly DiskSpace[] = [];
  const watch = new DiskWatch(seen.report, () => disks);
  return free.map((freeBytes) => {
    disks = [{ mountPoint: "/", freeBytes, totalBytes }];
    watch.tick();
    return seen.take();
  });
}

describe("DiskWatch", () => {
  test("tells of each change once, and not of what goes up and down at the limit", () => {
    const changes = diskChanges(100 * GIB, 20 * GIB, GIB, GIB - 1, 10 * MIB, 1.2 * GIB, GIB - 1, 1.5 * GIB, 2 * GIB);
    expect(changes).toEqual([[], [], ["disk_nearly_full"], [], [], [], ["disk_free_again"], []]);
  });

  test("is silent about a small disk with much of it free, and about a large one with little of it", () => {
    expect(diskChanges(2 * GIB, 0.5 * GIB, 103 * MIB, 102 * MIB)).toEqual([[], [], ["disk_nearly_full"]]);
    expect(diskChanges(2000 * GIB, 50 * GIB)).toEqual([[]]);
  });

  test("says which, and how much is left", () => {
    const seen = new Seen();
    const watch = new DiskWatch(seen.report, () => [
      { mountPoint: "/", freeBytes: 50 * GIB, totalBytes: 100 * GIB },
      { mountPoint: "/mnt\u202e", freeBytes: 0, totalBytes: 4 * GIB },
    ]);
    watch.tick();
    expect(seen.events).toMatchObject([
      {
        text: "A file system is nearly full",
        attributes: { "system.filesystem.mountpoint": "/mnt\u202e", free_bytes: 0, total_bytes: 4 * GIB },
      },
    ]);
  });

  test("forgets what has been unmounted", () => {
    const seen = new Seen();
    let disks: readonly DiskSpace[] = [{ mountPoint: "/mnt", freeBytes: 0, totalBytes: GIB }];
    const full = disks;
    const watch = new DiskWatch(seen.report, () => disks);
    watch.tick();
    disks = [];
    watch.tick();
    disks = full;
    watch.tick();
    expect(seen.take()).toEqual(["disk_nearly_full", "disk_nearly_full"]);
  });
});

/** The events of each look, when the clocks have gone on by so much. */
function clockEvents(...steps: readonly { wall?: number; monotonic?: number; boottime?: number | undefined }[]) {
  const seen = new Seen();
  const now = { wall: 1e12, monotonic: 5000, boottime: 5000 };
  const watch = new ClockWatch(seen.report, {
    wallMs: () => now.wall,
    monotonicMs: () => now.monotonic,
    boottimeMs: () => now.boottime,
  });
  watch.tick();
  return steps.map(({ wall = 1000, monotonic = 1000, boottime = monotonic }) => {
    now.wall += wall;
    now.monotonic += monotonic;
    now.boottime += boottime;
    watch.tick();
    return seen.events.splice(0).map(({ kind, attributes }) => [kind.name, attributes]);
  });
}

describe("ClockWatch", () => {
  test("tells of a jump, how far and in which direction, once", () => {
    expect(clockEvents({}, { wall: 3_601_000 }, {}, { wall: -9000 })).toEqual([
      [],
      [["warp_telemetry.clock_jump", { offset_ms: 3_600_000 }]],
      [],
      [["warp_telemetry.clock_jump", { offset_ms: -10_000 }]],
    ]);
  });

  test("is silent about small corrections, and about a look that comes late", () => {
    expect(clockEvents({ wall: 3000 }, { wall: -1000 }, { wall: 60_000, monotonic: 60_000 })).toEqual([[], [], []]);
  });

  test("tells of a suspension, which is no jump", () => {
    expect(clockEvents({ wall: 31_000, boottime: 31_000 }, {})).toEqual([
      [["warp_telemetry.suspend", { duration_ms: 30_000 }]],
      [],
    ]);
  });

  test("tells of both when the clock was put right after it", () => {
    const [events] = clockEvents({ wall: 41_000, boottime: 31_000 });
    expect(events?.map(([name]) => name)).toEqual(["warp_telemetry.suspend", "warp_telemetry.clock_jump"]);
  });

  test("takes what it cannot tell apart for a jump", () => {
    const seen = new Seen();
    let wall = 0;
    const watch = new ClockWatch(seen.report, {
      wallMs: () => wall,
      monotonicMs: () => 0,
      boottimeMs: () => undefined,
    });
    watch.tick();
    wall = 30_000;
    watch.tick();
    expect(seen.take()).toEqual(["clock_jump"]);
  });
});

describe("StoreWatch", () => {
  test("tells when the store is lost, why, and for how long it was", () => {
    const seen = new Seen();
    let health: PartHealth = { status: "healthy" };
    let nowMs = 1000;
    const watch = new StoreWatch(
      seen.report,
      () => health,
      () => nowMs,
    );
    watch.tick();
    health = { status: "degraded", reason: "Cannot upload to s3://b: ECONNREFUSED (3 failures in 2 s)" };
    watch.tick();
    nowMs += 61_000;
    watch.tick();
    health = { status: "healthy" };
    watch.tick();
    watch.tick();
    expect(seen.events).toMatchObject([
      { kind: { name: "warp_telemetry.store_lost" }, attributes: { reason: expect.stringContaining("ECONNREFUSED") } },
      { kind: { name: "warp_telemetry.store_back" }, attributes: { duration_ms: 61_000 } },
    ]);
  });
});

describe("OomWatch", () => {
  test.skipIf(!isGlibcLinux())("tells of each kill in the kernel's log, with all that it says", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const log = KernelLog.open(host.root);
    const seen = new Seen();
    const watch = new OomWatch({ report: seen.report, log, counters: undefined, nowMs: () => 7 });
    watch.tick();
    host.write("dev/kmsg", oomReport({ name: "x\\x1b[2J) (y" }) + oomReport({ pid: 32 }));
    watch.tick();
    watch.tick();
    expect(seen.events).toMatchObject([
      {
        text: "The kernel killed a process for memory: the limit of its memory cgroup was reached",
        attributes: {
          source: "kernel_log",
          "process.pid": 31_865,
          "process.executable.name": "x\\x1b[2J) (y",
          anon_rss_bytes: 27_824 * 1024,
          scope: "cgroup",
          limit_cgroup: "/actions.slice/job-7",
          limit_bytes: 28 * MIB,
          task_cgroup: "/actions.slice/job-7/inner",
        },
      },
      { attributes: { "process.pid": 32 } },
    ]);
    log?.close();
  });

  test("says only that it happened where it has nothing but counts", () => {
    using host = new FakeHost({ "proc/vmstat": "pgmajfault 7\noom_kill 104\ndrop_pagecache 0\n" });
    const seen = new Seen();
    const counters = new OomCounters(host.root);
    const watch = new OomWatch({ report: seen.report, log: undefined, counters, nowMs: () => 7 });
    const look = (): void => {
      for (let tick = 0; tick < 5; tick++) watch.tick();
    };
    look();
    expect(seen.events).toEqual([]);
    host.write("proc/vmstat", "oom_kill 106\n");
    look();
    look();
    expect(seen.events.map(({ attributes }) => attributes)).toEqual([
      { source: "counters", kills: 2, seen_in: "machine" },
    ]);
    expect(seen.events[0]?.text).toContain("somewhere on this machine");
  });

  test("names the container where the kill was in it", () => {
    using host = new FakeHost({ "proc/vmstat": "oom_kill 1\n", "sys/fs/cgroup/memory.events": "oom_kill 1\n" });
    const seen = new Seen();
    const counters = new OomCounters(host.root);
    const watch = new OomWatch({ report: seen.report, log: undefined, counters, nowMs: () => 7 });
    host.write("proc/vmstat", "oom_kill 9\n");
    host.write("sys/fs/cgroup/memory.events", "oom_kill 2\n");
    expect(watch.killsSince(7)).toEqual([{ atMs: 7, count: 8, kill: undefined }]);
    expect(seen.events).toMatchObject([
      {
        text: "The kernel killed for memory in this container; its log, which says whom, cannot be read here",
        attributes: { kills: 1, seen_in: "cgroup" },
      },
    ]);
  });
});

describe("OomCounters", () => {
  test("tells those of the container beside those of the machine, in both versions of cgroups", () => {
    using host = new FakeHost({ "proc/vmstat": "oom_kill 1\n", "sys/fs/cgroup/memory.events": "oom 0\noom_kill 0\n" });
    const counters = new OomCounters(host.root);
    expect(counters.look()).toBeUndefined();
    host.write("proc/vmstat", "oom_kill 4\n");
    host.write("sys/fs/cgroup/memory.events", "oom 1\noom_kill 2\noom_group_kill 0\n");
    expect(counters.look()).toEqual({ machine: 3, cgroup: 2 });
    host.remove("sys/fs/cgroup/memory.events");
    host.write("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    expect(counters.look()).toBeUndefined();
    host.write("sys/fs/cgroup/memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
    expect(counters.look()).toEqual({ machine: 0, cgroup: 1 });
  });

  test("can read nothing where nothing is", () => {
    using host = new FakeHost();
    const counters = new OomCounters(host.root);
    expect(counters.isReadable).toBe(false);
    expect(counters.look()).toBeUndefined();
  });
});
