import { describe, expect, test } from "bun:test";
import { bootMark, oomKillsIn } from "../../src/lib/boot-mark.ts";
import { FakeHost } from "../host/fake-host.ts";

const BOOT = "b88772e6-d45c-477d-80f3-b52c43272763";

describe("bootMark()", () => {
  test("has the boot, the time and the kills so far", () => {
    using host = new FakeHost({ "proc/sys/kernel/random/boot_id": `${BOOT}\n`, "proc/vmstat": "a 1\noom_kill 104\n" });
    const { monotonicUs, ...rest } = bootMark(host.root);
    expect(rest).toEqual({ bootId: BOOT, oomKills: 104 });
    expect(Number.isInteger(monotonicUs ?? 0)).toBe(true);
  });

  test("leaves out what cannot be read, or is something else", () => {
    using host = new FakeHost({ "proc/sys/kernel/random/boot_id": "../../etc/passwd" });
    const { monotonicUs, ...rest } = bootMark(host.root);
    expect(rest).toEqual({});
    expect(monotonicUs).not.toBeNull();
  });
});

describe("oomKillsIn()", () => {
  test.each([
    ["oom 3\noom_kill 2\noom_group_kill 0\n", 2],
    ["oom_kill_disable 0\nunder_oom 0\noom_kill 7", 7],
    ["oom_kill_disable 0\n", undefined],
    ["xoom_kill 7\n", undefined],
  ])("%p", (text, count) => {
    expect(oomKillsIn(text)).toBe(count);
  });
});
