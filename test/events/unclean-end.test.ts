import { describe, expect, test } from "bun:test";
import { type EndedRun, hasMachinePids, witnessOf } from "../../src/events/ended-run.ts";
import { KernelLog } from "../../src/events/kernel-log.ts";
import { type EndFacts, uncleanEnd } from "../../src/events/unclean-end.ts";
import { isGlibcLinux } from "../../src/lib/libc.ts";
import { FakeHost } from "../host/fake-host.ts";
import { kmsg, oomReport } from "./support.ts";

const BOOT = "b88772e6-d45c-477d-80f3-b52c43272763";
const OTHER_BOOT = "00000000-d45c-477d-80f3-b52c43272763";
const RUN: EndedRun = { pid: 17, bootId: BOOT, monotonicUs: 10_000_000, oomKills: 3 };
const NOW = { bootId: BOOT, monotonicUs: 90_000_000, oomKills: 3 };
const NOTHING = { oomKill: undefined, hasFault: false };

/** What the kernel's log says of {@link RUN}. */
function witnessIn(messages: string, run: EndedRun = RUN) {
  using host = new FakeHost({ "dev/kmsg": messages });
  const log = KernelLog.open(host.root);
  if (log === undefined) throw new Error("Cannot open the stand-in for /dev/kmsg");
  try {
    return witnessOf(run, log);
  } finally {
    log.close();
  }
}

function fault(pid: number): string {
  return kmsg(`warp-telemetry[${pid}]: segfault at 10 ip 00 sp 00 error 4`, { timeUs: 30e6 });
}

describe.skipIf(!isGlibcLinux())("witnessOf()", () => {
  test("finds the kill of the run among others", () => {
    const messages = oomReport({ pid: 16, timeUs: 20e6 }) + oomReport({ pid: 17, timeUs: 30e6, anonKib: 5 });
    expect(witnessIn(messages + kmsg("end"))).toMatchObject({
      oomKill: { pid: 17, anonRssBytes: 5120 },
      hasFault: false,
    });
  });

  test("takes nothing for its own that came before its start, or that cannot be placed", () => {
    const before = oomReport({ pid: 17, timeUs: 8e6 });
    expect(witnessIn(before)).toEqual(NOTHING);
    const { monotonicUs, ...withoutTime } = RUN;
    expect(monotonicUs).toBeDefined();
    expect(witnessIn(oomReport({ pid: 17, timeUs: 30e6 }), withoutTime)).toEqual(NOTHING);
  });

  test("finds a fault, of this process alone", () => {
    expect(witnessIn(fault(16))).toEqual(NOTHING);
    expect(witnessIn(fault(17))).toEqual({ oomKill: undefined, hasFault: true });
    const trap = kmsg("traps: warp-telemetry[17] trap invalid opcode ip:0 sp:0 error:0", { timeUs: 30e6 });
    expect(witnessIn(trap)).toEqual({ oomKill: undefined, hasFault: true });
  });
});

describe("hasMachinePids()", () => {
  test("is so in the first namespace only", () => {
    using host = new FakeHost();
    expect(hasMachinePids(host.root)).toBe(false);
    host.link("proc/self/ns/pid", "pid:[4026531836]");
    expect(hasMachinePids(host.root)).toBe(true);
    using container = new FakeHost();
    container.link("proc/self/ns/pid", "pid:[4026532201]");
    expect(hasMachinePids(container.root)).toBe(false);
  });
});

describe("uncleanEnd()", () => {
  const oomKill = {
    timeUs: 1,
    pid: 17,
    name: "warp-telemetry",
    anonRssBytes: 4096,
    fileRssBytes: 0,
    shmemRssBytes: 0,
    scope: "cgroup",
    limitCgroup: "/job",
    limitBytes: 8192,
    taskCgroup: "/job",
  } as const;
  const facts = (change: Partial<EndFacts>): EndFacts => ({
    run: RUN,
    now: NOW,
    witness: NOTHING,
    freeBytes: 5,
    ...change,
  });

  test.each<[string, Partial<EndFacts>, Record<string, unknown>]>([
    ["nothing says why", {}, { cause: "unknown", same_boot: true, kernel_log_was_read: true, oom_kills_meanwhile: 0 }],
    ["the kernel's log cannot be read", { witness: undefined }, { cause: "unknown", kernel_log_was_read: false }],
    [
      "some processes were killed, and whose is not known",
      { witness: undefined, now: { ...NOW, oomKills: 5 } },
      { cause: "unknown", oom_kills_meanwhile: 2 },
    ],
    [
      "the kernel killed it",
      { witness: { ...NOTHING, oomKill } },
      { cause: "oom_kill", anon_rss_bytes: 4096, limit_cgroup: "/job", limit_bytes: 8192 },
    ],
    ["it had a fault", { witness: { ...NOTHING, hasFault: true } }, { cause: "fault" }],
    [
      "the machine was started anew",
      { now: { ...NOW, bootId: OTHER_BOOT }, witness: undefined },
      { cause: "machine_restarted", same_boot: false, oom_kills_meanwhile: undefined },
    ],
    [
      "it said so itself",
      { run: { ...RUN, lastWords: { kind: "crash", text: "TypeError: x" } }, now: { ...NOW, bootId: OTHER_BOOT } },
      { cause: "crash", last_words: "TypeError: x", same_boot: false },
    ],
    [
      "a second signal",
      { run: { ...RUN, lastWords: { kind: "signal", text: "a second SIGTERM" } } },
      { cause: "signal" },
    ],
    [
      "it is of an agent that kept less",
      { run: { pid: 17 }, witness: undefined },
      { cause: "unknown", same_boot: undefined, oom_kills_meanwhile: undefined, disk_free_bytes: 5 },
    ],
  ])("says no more than was seen: %s", (_, change, expected) => {
    const { kind, attributes } = uncleanEnd(facts(change));
    expect(kind.name).toBe("warp_telemetry.unclean_end");
    expect(attributes).toMatchObject({ "process.pid": 17, ...expected });
  });

  test("says it in our words, without those of others", () => {
    const { text } = uncleanEnd(facts({ run: { ...RUN, lastWords: { kind: "crash", text: "FOREIGN" } } }));
    expect(text).toBe(
      "The last run of the agent ended without an orderly stop: it met an error that it had not foreseen",
    );
  });
});
