import { describe, expect, test } from "bun:test";
import { Memory } from "../../src/host/memory.ts";
import { FakeHost, memInfo, newBatch, numbersIn } from "./fake-host.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** A machine with 8 GiB of memory, a quarter of it in use. */
const MACHINE = { "proc/meminfo": memInfo(8 * MIB, 6 * MIB) };

const V2 = {
  "sys/fs/cgroup/memory.current": `${900 * MIB}\n`,
  "sys/fs/cgroup/memory.stat": `anon 5\nactive_file 7\ninactive_file ${388 * MIB}\nworkingset_x 1\n`,
};
const V1 = {
  "sys/fs/cgroup/memory/memory.usage_in_bytes": `${900 * MIB}\n`,
  "sys/fs/cgroup/memory/memory.stat": `cache 5\ninactive_file 9\ntotal_cache 5\ntotal_inactive_file ${388 * MIB}\n`,
};

function read(host: FakeHost, limit?: Memory["limit"]): Record<string, number> {
  const batch = newBatch();
  const memory = new Memory(host.root, batch);
  memory.limit = limit;
  try {
    memory.read(1);
    return numbersIn(batch);
  } finally {
    memory.close();
  }
}

describe("Memory.read()", () => {
  test("counts as used what is not available", () => {
    using host = new FakeHost(MACHINE);
    expect(read(host)).toEqual({ "system.memory.utilization{state=used}": 25 });
  });

  test("never goes below zero", () => {
    using host = new FakeHost({ "proc/meminfo": memInfo(100, 101) });
    expect(read(host)).toEqual({ "system.memory.utilization{state=used}": 0 });
  });

  test.each([
    ["version 2", V2, "sys/fs/cgroup", 2],
    ["version 1", V1, "sys/fs/cgroup/memory", 1],
  ] as const)(
    "measures a container against its limit, without idle cache (cgroups %s)",
    (_, files, cgroup, version) => {
      using host = new FakeHost({ ...MACHINE, ...files });
      const limit = { cgroup: `${host.root}/${cgroup}`, version, bytes: GIB };
      expect(read(host, limit)).toEqual({ "system.memory.utilization{state=used,limit=cgroup}": 50 });
      // The limit was lowered below what is in use.
      expect(read(host, { ...limit, bytes: 256 * MIB })).toEqual({
        "system.memory.utilization{state=used,limit=cgroup}": 100,
      });
    },
  );

  test.each([8 * GIB, 9_223_372_036_854_771_712])("takes no notice of a limit of %d bytes on 8 GiB", (bytes) => {
    using host = new FakeHost({ ...MACHINE, ...V2 });
    const limit = { cgroup: `${host.root}/sys/fs/cgroup`, version: 2, bytes } as const;
    expect(read(host, limit)).toEqual({ "system.memory.utilization{state=used}": 25 });
  });

  test("tells the limit by which it measures", () => {
    using host = new FakeHost({ ...MACHINE, ...V2 });
    const memory = new Memory(host.root, newBatch());
    memory.limit = { cgroup: `${host.root}/sys/fs/cgroup`, version: 2, bytes: GIB };
    expect(memory.limitBytes).toBeUndefined();
    memory.read(1);
    expect(memory.limitBytes).toBe(GIB);
    memory.limit = undefined;
    expect(memory.limitBytes).toBeUndefined();
    memory.close();
  });

  test("throws for files that do not say it", () => {
    using host = new FakeHost({ "proc/meminfo": "MemTotal: 5 kB\nMemFree: 3 kB\n" });
    expect(() => read(host)).toThrow("Cannot find MemTotal and MemAvailable");
    host.write("proc/meminfo", memInfo(8 * MIB, MIB));
    host.write("group/memory.current", "5\n");
    host.write("group/memory.stat", "anon 5\n");
    expect(() => read(host, { cgroup: `${host.root}/group`, version: 2, bytes: 10 })).toThrow(
      "Cannot find the inactive files",
    );
  });
});
