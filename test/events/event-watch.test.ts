import { describe, expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { EventWatch, type EventWatchOptions } from "../../src/events/event-watch.ts";
import { isGlibcLinux } from "../../src/lib/libc.ts";
import type { PartHealth } from "../../src/pipeline.ts";
import { FakeHost } from "../host/fake-host.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { TestClock } from "../support/test-clock.ts";
import { FakeSink, kmsg, oomReport, RESOURCE } from "./support.ts";

const BOOT = "b88772e6-d45c-477d-80f3-b52c43272763";
const RUN = { pid: 17, bootId: BOOT, monotonicUs: 10_000_000 };

function watchOn(host: FakeHost, options: Partial<EventWatchOptions> = {}) {
  const sink = new FakeSink();
  const clock = new TestClock();
  const state = { wallMs: 1e12, flushes: 0, health: { status: "healthy" } as PartHealth };
  const watch = new EventWatch({
    resource: RESOURCE,
    sink,
    flush: () => state.flushes++,
    store: () => state.health,
    disks: () => [],
    root: host.root,
    clock,
    clocks: { wallMs: () => state.wallMs, monotonicMs: () => 0, boottimeMs: () => 0 },
    ...options,
  });
  return { sink, clock, state, watch, names: () => sink.records.map(({ name }) => name.split(".")[1]) };
}

/** Why {@link RUN} ended, as a start on `host` says. */
function causeOn(host: FakeHost): unknown {
  const { sink, watch } = watchOn(host, { endedRun: RUN });
  watch.start();
  watch.stop();
  return sink.records[0]?.attributes["warp_telemetry.unclean_end.cause"];
}

describe.skipIf(!isGlibcLinux())("EventWatch", () => {
  test("has the record of an OOM kill a second later, and everything sent", () => {
    using host = new FakeHost({ "dev/kmsg": oomReport({ pid: 1 }) });
    const { sink, clock, state, watch } = watchOn(host);
    watch.start();
    watch.start();
    expect(clock.timers).toBe(1);
    appendFileSync(`${host.root}/dev/kmsg`, oomReport({ pid: 2 }));
    clock.pass(1000);
    expect(sink.records).toMatchObject([{ name: "warp_telemetry.oom_kill", attributes: { "process.pid": 2 } }]);
    expect(state.flushes).toBe(1);
    expect(watch.stats()).toEqual({ records: 1, left_out: 0, dropped: 0, reads_kernel_log: true });
    watch.stop();
  });

  test("says of a killed step what was seen while it ran, and claims no more", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const { clock, sink, watch } = watchOn(host);
    const step = { id: "s", name: "build", tookMs: 5000, memoryBytes: 1000, leastFreeBytes: 500 };
    watch.tellKilledStep(step);
    watch.start();
    watch.tellKilledStep(step);
    clock.pass(10_000);
    appendFileSync(`${host.root}/dev/kmsg`, oomReport({ pid: 3 }));
    // Read before it is judged.
    watch.tellKilledStep(step);
    clock.pass(10_000);
    watch.tellKilledStep(step);
    const told = sink.records.filter(({ name }) => name === "warp_telemetry.step_killed");
    expect(told.map(({ attributes }) => attributes["warp_telemetry.step_killed.cause"])).toEqual([
      "memory_to_spare",
      "oom_kill_meanwhile",
      "memory_to_spare",
    ]);
    expect(told[1]?.attributes).toMatchObject({
      "cicd.pipeline.task.name": "build",
      "warp_telemetry.step_killed.oom_kills_meanwhile": 1,
      "warp_telemetry.step_killed.least_free_bytes": 500,
    });
    watch.stop();
  });

  test("has the newest kills for who judges a step, those of this moment included", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const { clock, watch } = watchOn(host);
    expect(watch.oomKillsSince(0)).toBeUndefined();
    watch.start();
    expect(watch.oomKillsSince(0)).toEqual([]);
    appendFileSync(`${host.root}/dev/kmsg`, oomReport({ pid: 1 }));
    clock.pass(1000);
    const sinceMs = clock.nowMs() + 1;
    clock.pass(100);
    const many = Array.from({ length: 70 }, (_, n) => oomReport({ pid: 100 + n }));
    appendFileSync(`${host.root}/dev/kmsg`, many.join(""));
    const pids = watch.oomKillsSince(sinceMs)?.map(({ kill }) => kill?.pid);
    expect(pids).toHaveLength(64);
    expect(pids?.at(-1)).toBe(169);
    watch.stop();
    expect(watch.oomKillsSince(0)).toBeUndefined();
  });

  test("sees no kills where it can read nothing, and says so", () => {
    using host = new FakeHost();
    const { watch } = watchOn(host);
    watch.start();
    expect(watch.oomKillsSince(0)).toBeUndefined();
    watch.stop();
  });

  test("looks for the last time at its stop, and then no more", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const { sink, clock, watch } = watchOn(host);
    watch.start();
    appendFileSync(`${host.root}/dev/kmsg`, oomReport());
    watch.stop();
    watch.stop();
    expect(sink.lines).toHaveLength(1);
    expect(clock.timers).toBe(0);
    watch.start();
    expect(clock.timers).toBe(0);
  });

  test("can be stopped before its start", () => {
    using host = new FakeHost();
    const { sink, watch } = watchOn(host);
    watch.stop();
    watch.start();
    expect(sink.lines).toEqual([]);
  });

  test("counts where it cannot read the kernel's log", () => {
    using host = new FakeHost({ "proc/vmstat": "oom_kill 7\n" });
    const { sink, clock, watch } = watchOn(host);
    watch.start();
    expect(watch.stats()).toMatchObject({ reads_kernel_log: false });
    host.write("proc/vmstat", "oom_kill 8\n");
    clock.pass(5000);
    expect(sink.records).toMatchObject([{ attributes: { "warp_telemetry.oom_kill.kills": 1 } }]);
    watch.stop();
  });

  test("says at its start why the last run ended, from the past of the kernel's log, and tells of no old kill", () => {
    using host = new FakeHost({
      "dev/kmsg": oomReport({ pid: 17, timeUs: 30e6 }) + oomReport({ pid: 99, timeUs: 40e6 }),
      "proc/sys/kernel/random/boot_id": `${BOOT}\n`,
    });
    host.link("proc/self/ns/pid", "pid:[4026531836]");
    const { sink, clock, state, watch } = watchOn(host, { endedRun: RUN, freeBytes: () => 4096 });
    watch.start();
    clock.pass(2000);
    expect(sink.records).toMatchObject([
      {
        name: "warp_telemetry.unclean_end",
        attributes: {
          "process.pid": 17,
          "warp_telemetry.unclean_end.cause": "oom_kill",
          "warp_telemetry.unclean_end.same_boot": true,
          "warp_telemetry.unclean_end.disk_free_bytes": 4096,
        },
      },
    ]);
    expect(state.flushes).toBe(1);
    watch.stop();
  });

  test("takes no message of another boot, or of another namespace, for its own", () => {
    const files = { "dev/kmsg": oomReport({ pid: 17, timeUs: 30e6 }) };
    using container = new FakeHost({ ...files, "proc/sys/kernel/random/boot_id": `${BOOT}\n` });
    expect(causeOn(container)).toBe("unknown");
    using other = new FakeHost({ ...files, "proc/sys/kernel/random/boot_id": `0${BOOT.slice(1)}\n` });
    other.link("proc/self/ns/pid", "pid:[4026531836]");
    expect(causeOn(other)).toBe("machine_restarted");
  });

  test("watches the disks, the clock and the store as well", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const { clock, state, watch, names } = watchOn(host, {
      disks: () => [{ mountPoint: "/", freeBytes: 1, totalBytes: 1e9 }],
    });
    watch.start();
    state.wallMs += 60_000;
    state.health = { status: "degraded", reason: "gone" };
    clock.pass(5000);
    expect(names()).toEqual(["disk_nearly_full", "clock_jump", "store_lost"]);
    expect(state.flushes).toBe(2);
    watch.stop();
  });

  test("goes on when a part of it fails, and says so once", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const log = captureLog();
    try {
      const { sink, clock, watch } = watchOn(host, {
        disks: () => {
          throw new Error("no disks");
        },
      });
      watch.start();
      clock.pass(11_000);
      appendFileSync(`${host.root}/dev/kmsg`, oomReport());
      clock.pass(1000);
      expect(sink.lines).toHaveLength(1);
      expect(log).toEqual(['ERROR events: Cannot watch the disks error="Error: no disks"']);
      watch.stop();
    } finally {
      releaseLog();
    }
  });

  test("says nothing while nothing happens, and is held up by no flood", () => {
    using host = new FakeHost({ "dev/kmsg": "" });
    const { sink, clock, watch } = watchOn(host);
    watch.start();
    clock.pass(600_000);
    appendFileSync(`${host.root}/dev/kmsg`, kmsg("TCP: Possible SYN flooding").repeat(20_000) + oomReport());
    clock.pass(2000);
    expect(sink.lines).toHaveLength(1);
    watch.stop();
  });
});
