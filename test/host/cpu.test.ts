import { describe, expect, test } from "bun:test";
import { Cpu } from "../../src/host/cpu.ts";
import { FakeHost, newBatch, numbersIn, procStat } from "./fake-host.ts";

const V2 = "sys/fs/cgroup/cpu.stat";
const V1 = "sys/fs/cgroup/cpuacct/docker/1/cpuacct.usage";

/** Two cores, half busy. */
const BEFORE = procStat([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]);
const AFTER = procStat([60, 0, 0, 30, 10, 0, 0, 5], [40, 0, 0, 60, 0, 0, 0, 0]);

/** The CPU, and what a reading of it at some monotonic time says. */
function reading(host: FakeHost): { cpu: Cpu; read: (nowMs: number) => Record<string, number> } {
  const batch = newBatch();
  const cpu = new Cpu(host.root, batch);
  const read = (nowMs: number): Record<string, number> => {
    cpu.read(nowMs, 1);
    return numbersIn(batch);
  };
  return { cpu, read };
}

describe("Cpu.read()", () => {
  test("tells the machine's shares from the second reading on", () => {
    using host = new FakeHost({ "proc/stat": BEFORE });
    const { cpu, read } = reading(host);
    expect(read(0)).toEqual({});
    host.write("proc/stat", AFTER);
    const numbers = read(1000);
    expect(Object.keys(numbers)).toEqual([
      "system.cpu.utilization",
      "system.cpu.busiest_core.utilization",
      "system.cpu.iowait.utilization",
      "system.cpu.steal.utilization",
    ]);
    expect(numbers["system.cpu.utilization"]).toBeCloseTo((100 * 105) / 205);
    expect(numbers["system.cpu.busiest_core.utilization"]).toBeCloseTo((100 * 65) / 105);
    expect(cpu.limitCores).toBeUndefined();
    cpu.close();
  });

  test.each([
    ["version 2", V2, 2, (us: number) => `usage_usec ${us}\nuser_usec 1\nsystem_usec 2\n`],
    ["version 1", V1, 1, (us: number) => `${us * 1000}\n`],
  ] as const)(
    "tells a container's share of its limit (cgroups %s), and nothing of the machine's",
    (_, file, version, text) => {
      using host = new FakeHost({ "proc/stat": BEFORE, [file]: text(5_000_000) });
      const { cpu, read } = reading(host);
      cpu.limit = { usageFile: `${host.root}/${file}`, version, cores: 0.5 };
      expect(read(10_000)).toEqual({});
      expect(cpu.limitCores).toBe(0.5);
      host.write("proc/stat", AFTER);
      host.write(file, text(5_000_000 + 200_000));
      // 0.2 s of the 0.5 s that half a core has in a second.
      expect(read(11_000)).toEqual({ "system.cpu.utilization{limit=cgroup}": 40 });
      host.write(file, text(9_000_000));
      expect(read(12_000)).toEqual({ "system.cpu.utilization{limit=cgroup}": 100 });
      cpu.close();
    },
  );

  test("tells the threads that run or wait for each core, but for the one that reads", () => {
    using host = new FakeHost({ "proc/stat": `${BEFORE}procs_running 4\nprocs_blocked 9\n` });
    const { cpu, read } = reading(host);
    expect(read(0)).toEqual({ "system.cpu.run_queue{scope=host}": 1.5 });
    host.write("proc/stat", `${BEFORE}procs_running 1\n`);
    expect(read(1000)).toEqual({ "system.cpu.run_queue{scope=host}": 0 });
    expect(cpu.machineCores).toBe(2);
    cpu.close();
  });

  test("takes no notice of a limit that is no smaller than the machine", () => {
    using host = new FakeHost({ "proc/stat": BEFORE, [V2]: "usage_usec 1\n" });
    const { cpu, read } = reading(host);
    cpu.limit = { usageFile: `${host.root}/${V2}`, version: 2, cores: 2 };
    read(0);
    host.write("proc/stat", AFTER);
    expect(Object.keys(read(1000))).toContain("system.cpu.iowait.utilization");
    expect(cpu.limitCores).toBeUndefined();
    cpu.close();
  });

  test("goes on from its last reading when the same limit is found again, and begins anew with another", () => {
    using host = new FakeHost({ "proc/stat": BEFORE, [V2]: "usage_usec 0\n" });
    const { cpu, read } = reading(host);
    const limit = { usageFile: `${host.root}/${V2}`, version: 2, cores: 1 } as const;
    cpu.limit = limit;
    read(0);
    cpu.limit = { ...limit };
    host.write(V2, "usage_usec 300000\n");
    expect(read(1000)).toEqual({ "system.cpu.utilization{limit=cgroup}": 30 });
    cpu.limit = { ...limit, cores: 1.5 };
    expect(read(2000)).toEqual({});
    cpu.close();
  });

  test("throws when the container's time cannot be found", () => {
    using host = new FakeHost({ "proc/stat": BEFORE, [V2]: "\n" });
    const { cpu, read } = reading(host);
    cpu.limit = { usageFile: `${host.root}/${V2}`, version: 2, cores: 1 };
    expect(() => read(0)).toThrow("Cannot find the CPU time");
    cpu.close();
  });
});
