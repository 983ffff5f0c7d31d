import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { ProcessIds } from "../../src/host/process-ids.ts";
import { ProcessTable } from "../../src/host/process-table.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeProcesses } from "./fake-processes.ts";

let host: FakeHost;
let processes: FakeProcesses;
let table: ProcessTable;

beforeEach(() => {
  host = new FakeHost();
  processes = new FakeProcesses(host);
  table = new ProcessTable(host.root, processes.clock);
});
afterEach(() => {
  table.close();
  host[Symbol.dispose]();
});

function spentOf(...pids: readonly number[]): readonly (number | undefined)[] {
  return pids.map((pid) => table.processes.get(pid)?.spentMs);
}

describe("ProcessTable.scan()", () => {
  test("tells the CPU time since the scan before, and nothing at the first", () => {
    processes.set(10, { name: "old", cpuMs: 90_000, startedMs: 5000, pages: 7 });
    table.scan();
    expect(table.processes.get(10)).toMatchObject({ name: "old", spentMs: 0, residentPages: 7 });
    processes.set(10, { name: "new", cpuMs: 90_012.5, pages: 9 });
    table.scan();
    expect(table.processes.get(10)).toMatchObject({ name: "new", spentMs: 12.5, residentPages: 9 });
    table.scan();
    expect(spentOf(10)).toEqual([0]);
  });

  test("counts all time of a process that has begun since, and none of one that was missed", () => {
    table.scan();
    processes.up(1005);
    processes.set(11, { cpuMs: 300, startedMs: 1_002_000 });
    processes.set(12, { cpuMs: 70_000, startedMs: 900_000 });
    table.scan();
    expect(spentOf(11, 12)).toEqual([300, 0]);
  });

  test("tells a process from an earlier one with its number", () => {
    processes.set(10, { name: "old", cpuMs: 100, startedMs: 5000 });
    table.scan();
    processes.up(1005);
    processes.set(10, { name: "new", cpuMs: 150, startedMs: 1_001_000 });
    table.scan();
    expect(table.processes.get(10)).toMatchObject({ name: "new", spentMs: 150, startedMs: 1_001_000 });
  });

  test("does not read the files of a process that sleeps, but for one scan in sixty", () => {
    processes.set(10, { cpuMs: 100, pages: 7 });
    table.scan();
    host.write("proc/10/stat", "unreadable");
    for (let scan = 0; scan < 40; scan++) table.scan();
    expect(table.processes.get(10)).toMatchObject({ residentPages: 7 });
    processes.set(10, { pages: 3 });
    for (let scan = 0; scan < 60; scan++) table.scan();
    expect(table.processes.get(10)).toMatchObject({ residentPages: 3, spentMs: 0 });
  });

  test("forgets a process that has ended, also one that ends while it is read", () => {
    processes.set(10, { cpuMs: 1 });
    processes.set(11, { cpuMs: 1 });
    table.scan();
    processes.end(10);
    processes.set(11, { cpuMs: 2 });
    host.remove("proc/11/stat");
    table.scan();
    expect([...table.processes.keys()]).toEqual([]);
  });

  test("goes without the clock where there is none, by the files", () => {
    const slow = new ProcessTable(host.root, () => undefined);
    processes.set(10, { cpuMs: 100 });
    slow.scan();
    processes.set(10, { cpuMs: 160 });
    slow.scan();
    expect(slow.processes.get(10)).toMatchObject({ cpuMs: 160, spentMs: 60 });
    slow.close();
  });

  test("does not look at more processes than it has time for", () => {
    const ids = spyOn(ProcessIds.prototype, "read").mockReturnValue(new Int32Array(10_001));
    expect(() => table.scan()).toThrow("there are 10001, 10000 wanted at most");
    ids.mockRestore();
    table.scan();
  });

  test("throws when /proc cannot be listed", () => {
    host.remove("proc");
    expect(() => table.scan()).toThrow("ENOENT");
  });
});

describe("ProcessTable.endedMs", () => {
  test("is what parents have inherited, less what was seen before", () => {
    processes.set(10, { name: "make", cpuMs: 10, childrenMs: 0 });
    processes.set(11, { name: "cc", parentPid: 10, cpuMs: 400, childrenMs: 0 });
    table.scan();
    // cc has used 100 ms more before it ended, and a dozen that nobody saw have used 900.
    processes.end(11);
    processes.set(10, { cpuMs: 20, childrenMs: 1400 });
    table.scan();
    expect(table.endedMs).toBe(1000);
    table.scan();
    expect(table.endedMs).toBe(0);
  });

  test("counts what goes through a parent that has ended too", () => {
    processes.set(10, { name: "sh", cpuMs: 10 });
    processes.set(11, { name: "make", parentPid: 10, cpuMs: 50, childrenMs: 200 });
    table.scan();
    processes.end(11);
    processes.set(10, { cpuMs: 20, childrenMs: 50 + 200 + 300 });
    table.scan();
    expect(table.endedMs).toBe(300);
  });

  test("is never negative: a parent may not wait for its children", () => {
    processes.set(11, { cpuMs: 400 });
    table.scan();
    processes.end(11);
    table.scan();
    expect(table.endedMs).toBe(0);
  });

  test("counts what a new process has inherited already", () => {
    table.scan();
    processes.up(1005);
    processes.set(12, { cpuMs: 10, childrenMs: 700, startedMs: 1_003_000 });
    table.scan();
    expect(table.endedMs).toBe(700);
  });
});
