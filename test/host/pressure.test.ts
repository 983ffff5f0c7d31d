import { describe, expect, test } from "bun:test";
import { SCOPES } from "../../src/host/metrics.ts";
import { Pressure, type PressurePlace } from "../../src/host/pressure.ts";
import { FakeHost, newBatch, numbersIn, pressure } from "./fake-host.ts";

function placeIn(host: FakeHost, scope: "host" | "cgroup"): PressurePlace {
  return { scope: SCOPES[scope], pathOf: (resource) => `${host.root}/${resource}`, isMachine: scope === "host" };
}

function some(us: number): string {
  return `some avg10=0.00 avg60=0.00 avg300=0.00 total=${us}\n`;
}

describe("Pressure.read()", () => {
  test("tells the shares of the time between two readings, by the sums", () => {
    using host = new FakeHost({ cpu: pressure(5_000_000, 1), memory: pressure(7, 7), io: pressure(0, 0) });
    const batch = newBatch();
    const it = new Pressure(placeIn(host, "cgroup"), batch);
    it.read(10_000, 1);
    expect(numbersIn(batch)).toEqual({});
    host.write("cpu", pressure(5_250_000, 100_001));
    host.write("memory", pressure(20_007, 10_007));
    host.write("io", pressure(9_000_000, 0));
    it.read(11_000, 2);
    expect(numbersIn(batch)).toEqual({
      "system.cpu.pressure.utilization{scope=cgroup,stall=some}": 25,
      "system.cpu.pressure.utilization{scope=cgroup,stall=full}": 10,
      "system.memory.pressure.utilization{scope=cgroup,stall=some}": 2,
      "system.memory.pressure.utilization{scope=cgroup,stall=full}": 1,
      "system.io.pressure.utilization{scope=cgroup,stall=some}": 100,
      "system.io.pressure.utilization{scope=cgroup,stall=full}": 0,
    });
    it.close();
  });

  test("tells nothing when no time has passed, or a sum has gone back", () => {
    using host = new FakeHost({ cpu: pressure(5, 5), memory: pressure(0, 0), io: pressure(0, 0) });
    const batch = newBatch();
    const it = new Pressure(placeIn(host, "cgroup"), batch);
    it.read(1000, 1);
    host.write("cpu", pressure(9, 9));
    it.read(1000, 2);
    expect(numbersIn(batch)).toEqual({});
    host.write("cpu", pressure(8, 8));
    it.read(2000, 3);
    expect(Object.keys(numbersIn(batch)).filter((name) => name.includes(".cpu."))).toEqual([]);
    it.close();
  });

  test("does not tell that all threads of a machine wait for a core: the kernel always says 0", () => {
    using host = new FakeHost({ cpu: pressure(0, 0), memory: pressure(0, 0), io: pressure(0, 0) });
    const batch = newBatch();
    const it = new Pressure(placeIn(host, "host"), batch);
    it.read(0, 1);
    it.read(500, 2);
    const names = Object.keys(numbersIn(batch));
    expect(names).toContain("system.cpu.pressure.utilization{scope=host,stall=some}");
    expect(names).toHaveLength(5);
    it.close();
  });

  test("reads the CPU's file of kernels before 5.13, which has one line", () => {
    using host = new FakeHost({ cpu: some(0), memory: pressure(0, 0), io: pressure(0, 0) });
    const batch = newBatch();
    const it = new Pressure(placeIn(host, "cgroup"), batch);
    it.read(0, 1);
    host.write("cpu", some(500_000));
    it.read(1000, 2);
    const numbers = numbersIn(batch);
    expect(numbers["system.cpu.pressure.utilization{scope=cgroup,stall=some}"]).toBe(50);
    expect(Object.keys(numbers)).not.toContain("system.cpu.pressure.utilization{scope=cgroup,stall=full}");
    it.close();
  });

  test("throws when there is no such file", () => {
    using host = new FakeHost();
    const it = new Pressure(placeIn(host, "host"), newBatch());
    expect(() => it.read(0, 1)).toThrow("ENOENT");
    it.close();
  });
});
