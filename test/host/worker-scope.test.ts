import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Mount } from "../../src/host/mounts.ts";
import { Notices } from "../../src/host/notices.ts";
import { WorkerScope } from "../../src/host/worker-scope.ts";
import type { MetricsBatch } from "../../src/host/metrics-batch.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { FakeHost, newBatch, numbersIn, pressure } from "./fake-host.ts";

const CGROUP = "sys/fs/cgroup";
const V2: Mount = { device: "0:28", root: "/", mountPoint: `/${CGROUP}`, type: "cgroup2", superOptions: ["rw"] };
const V1: Mount = { ...V2, mountPoint: `/${CGROUP}/memory`, type: "cgroup", superOptions: ["rw", "memory"] };
const UNIFIED: Mount = { ...V2, mountPoint: `/${CGROUP}/unified` };
const SERVICE = "system.slice/actions.runner.service";
const MIB = 1024 * 1024;
const MACHINE = [16_000 * MIB, 4] as const;

let host: FakeHost;
let batch: MetricsBatch;
let scope: WorkerScope;
let log: string[];

beforeEach(() => {
  host = new FakeHost();
  batch = newBatch();
  scope = new WorkerScope(host.root, batch, new Notices());
  log = captureLog();
});
afterEach(() => {
  scope.close();
  host[Symbol.dispose]();
  releaseLog();
});

/** The files of a cgroup of version 2 that is not the root. */
function cgroup(folder: string, files: Readonly<Record<string, string>> = {}): void {
  const all = {
    "cgroup.events": "populated 1\nfrozen 0\n",
    "cgroup.procs": "",
    "cpu.pressure": pressure(0, 0),
    "memory.pressure": pressure(0, 0),
    "io.pressure": pressure(0, 0),
    "cpu.stat": "usage_usec 0\nuser_usec 0\nsystem_usec 0\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
    ...files,
  };
  for (const [name, text] of Object.entries(all)) host.write(`${folder}/${name}`, text);
}

function memory(current: number, inactive: number, active: number, kills: number): Record<string, string> {
  return {
    "memory.current": `${current}\n`,
    "memory.stat": `anon 1\nfile 2\ninactive_anon 3\nactive_anon 4\ninactive_file ${inactive}\nactive_file ${active}\n`,
    "memory.events": `low 0\nhigh 0\nmax 9\noom 8\noom_kill ${kills}\noom_group_kill 0\n`,
    "memory.max": "max\n",
  };
}

function workerIn(path: string, pid = 30): void {
  host.write(`proc/${pid}/cgroup`, path);
}

function read(nowMs: number): Record<string, number> {
  scope.read(nowMs, 1, ...MACHINE);
  return numbersIn(batch);
}

function used(nowMs: number): number | undefined {
  return read(nowMs)["system.memory.usage{system.memory.state=used,scope=cgroup}"];
}

describe("WorkerScope", () => {
  test("tells pressure, memory without the cache, and CPU of the worker's cgroup, against the limits around it", () => {
    cgroup(CGROUP);
    host.remove(`${CGROUP}/cgroup.events`);
    cgroup(`${CGROUP}/system.slice`, { "cpu.max": "250000 100000\n" });
    cgroup(`${CGROUP}/${SERVICE}`, { ...memory(900 * MIB, 300 * MIB, 100 * MIB, 2), "memory.max": `${1024 * MIB}\n` });
    workerIn(`0::/${SERVICE}\n`);
    scope.look(30, [V2], 0);
    expect(read(0)).toEqual({
      "system.memory.usage{system.memory.state=used,scope=cgroup}": 500 * MIB,
      "system.memory.limit{scope=cgroup}": 1024 * MIB,
      "system.memory.oom_kills{scope=cgroup}": 2,
      "system.cpu.limit{scope=cgroup}": 2.5,
    });
    host.write(
      `${CGROUP}/system.slice/cpu.stat`,
      "usage_usec 1500000\nuser_usec 1\nsystem_usec 2\nnr_periods 10\nnr_throttled 5\nthrottled_usec 750000\n",
    );
    host.write(`${CGROUP}/${SERVICE}/memory.pressure`, pressure(300_000, 100_000));
    expect(read(1000)).toMatchObject({
      "system.cpu.usage{scope=cgroup}": 1.5,
      "system.cpu.throttled{scope=cgroup}": 0.75,
      "system.memory.pressure.utilization{scope=cgroup,stall=some}": 30,
      "system.memory.pressure.utilization{scope=cgroup,stall=full}": 10,
      "system.cpu.pressure.utilization{scope=cgroup,stall=full}": 0,
    });
    expect(log).toEqual([]);
  });

  test("tells the memory of the cgroup that has the limit, and whose memory counts against it", () => {
    cgroup(`${CGROUP}/system.slice`, { ...memory(900, 300, 100, 1), "memory.max": "1000\n" });
    cgroup(`${CGROUP}/${SERVICE}`, { ...memory(90, 30, 10, 0), "memory.max": "5000\n" });
    workerIn(`0::/${SERVICE}\n`);
    scope.look(30, [V2], 0);
    expect(read(0)).toEqual({
      "system.memory.usage{system.memory.state=used,scope=cgroup}": 500,
      "system.memory.limit{scope=cgroup}": 1000,
      "system.memory.oom_kills{scope=cgroup}": 1,
    });
  });

  test("tells no limit where there is none, nor one that is no smaller than the machine", () => {
    cgroup(`${CGROUP}/${SERVICE}`, {
      ...memory(90, 30, 10, 0),
      "memory.max": `${16_000 * MIB}\n`,
      "cpu.max": "max 100000\n",
      "cpuset.cpus.effective": "0-3\n",
    });
    workerIn(`0::/${SERVICE}\n`);
    scope.look(30, [V2], 0);
    read(0);
    const names = Object.keys(read(1000));
    expect(names).toContain("system.cpu.usage{scope=cgroup}");
    expect(names.filter((name) => /limit|throttled/.test(name))).toEqual([]);
  });

  test("takes the root of a container's own namespace for what it is: a cgroup", () => {
    cgroup(CGROUP, { ...memory(90, 30, 10, 0), "memory.max": "100\n", "cpu.max": "50000 100000\n" });
    workerIn("0::/\n");
    scope.look(30, [V2], 0);
    expect(read(0)).toMatchObject({ "system.memory.limit{scope=cgroup}": 100, "system.cpu.limit{scope=cgroup}": 0.5 });
  });

  test("tells no rate when no time has passed", () => {
    cgroup(CGROUP, { "cpu.max": "50000 100000\n" });
    workerIn("0::/\n");
    scope.look(30, [V2], 0);
    read(1000);
    host.write(`${CGROUP}/cpu.stat`, "usage_usec 7\nthrottled_usec 7\n");
    expect(read(1000)).toEqual({ "system.cpu.limit{scope=cgroup}": 0.5 });
  });

  test("never counts less than nothing", () => {
    cgroup(CGROUP, memory(93, 80, 20, 0));
    workerIn("0::/\n");
    scope.look(30, [V2], 0);
    expect(read(0)).toMatchObject({ "system.memory.usage{system.memory.state=used,scope=cgroup}": 0 });
  });

  test.each([
    ["the root", "0::/\n", [V2], "is in the root cgroup"],
    ["version 1", "4:memory:/docker/1\n0::/\n", [V1], "cgroups of version 1"],
    ["version 1, beside an empty hierarchy of version 2", "4:memory:/docker/1\n0::/\n", [V1, UNIFIED], "of version 1"],
    ["a cgroup outside of our namespace", "0::/../other\n", [V2], "cannot be seen from here"],
    ["one that is gone", "0::/gone (deleted)\n", [V2], "cannot be seen from here"],
  ] as const)("says once that the worker is in %s, and tells nothing", (_, text, mounts, said) => {
    host.write(`${CGROUP}/cgroup.procs`, "");
    host.write(`${CGROUP}/unified/cgroup.procs`, "");
    for (const pid of [30, 31, 32]) {
      workerIn(text, pid);
      scope.look(pid, mounts, pid * 1000);
      expect(read(pid * 1000)).toEqual({});
    }
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(said);
  });

  test("tells pressure alone in a hybrid hierarchy, and says so once", () => {
    cgroup(`${CGROUP}/unified/${SERVICE}`);
    host.write(`${CGROUP}/unified/${SERVICE}/cpu.stat`, "usage_usec 5\nuser_usec 5\n");
    workerIn(`4:memory:/${SERVICE}\n0::/${SERVICE}\n`);
    scope.look(30, [V1, UNIFIED], 0);
    read(0);
    const names = Object.keys(read(1000));
    expect(names.filter((name) => name.includes("pressure"))).toHaveLength(6);
    expect(names.filter((name) => !name.includes("pressure"))).toEqual(["system.cpu.usage{scope=cgroup}"]);
    expect(log).toEqual([expect.stringContaining("counts no memory")]);
  });

  test("goes without the pressure of cgroups where there is none", () => {
    cgroup(`${CGROUP}/${SERVICE}`, memory(90, 30, 10, 0));
    for (const resource of ["cpu", "memory", "io"]) host.remove(`${CGROUP}/${SERVICE}/${resource}.pressure`);
    workerIn(`0::/${SERVICE}\n`);
    scope.look(30, [V2], 0);
    expect(Object.keys(read(0))).toContain("system.memory.usage{system.memory.state=used,scope=cgroup}");
  });

  test("ends with the worker or its cgroup, and follows a worker that is moved", () => {
    cgroup(`${CGROUP}/one`, memory(100, 0, 0, 0));
    cgroup(`${CGROUP}/two`, memory(200, 0, 0, 0));
    workerIn("0::/one\n");
    scope.look(30, [V2], 0);
    expect(used(0)).toBe(100);
    workerIn("0::/two\n");
    scope.look(30, [V2], 5000);
    expect(used(5000)).toBe(200);
    host.remove(`${CGROUP}/two`);
    scope.look(undefined, [V2], 10_000);
    expect([used(10_000), scope.isKnown]).toEqual([undefined, false]);
    expect(log).toEqual([]);
  });

  test("notices within a minute that a limit was set, and goes on from its last reading where none was", () => {
    cgroup(`${CGROUP}/one`, memory(100, 0, 0, 0));
    workerIn("0::/one\n");
    scope.look(30, [V2], 0);
    read(0);
    host.write(`${CGROUP}/one/cpu.stat`, "usage_usec 61000000\n");
    scope.look(30, [V2], 60_000);
    expect(read(61_000)).toMatchObject({ "system.cpu.usage{scope=cgroup}": 1 });
    host.write(`${CGROUP}/one/memory.max`, "1000\n");
    scope.look(30, [V2], 119_000);
    expect(Object.keys(read(119_000))).not.toContain("system.memory.limit{scope=cgroup}");
    scope.look(30, [V2], 120_000);
    expect(read(120_000)).toMatchObject({ "system.memory.limit{scope=cgroup}": 1000 });
  });

  test("survives a cgroup that cannot be read as it should, says so once, and looks again", () => {
    cgroup(`${CGROUP}/one`, { ...memory(100, 0, 0, 0), "memory.stat": "anon 1\n" });
    workerIn("0::/one\n");
    for (const atMs of [0, 5000]) {
      scope.look(30, [V2], atMs);
      expect(Object.keys(read(atMs)).filter((name) => name.includes("memory.usage"))).toEqual([]);
    }
    expect(log).toEqual([expect.stringContaining("cannot be measured until it is found again")]);
    cgroup(`${CGROUP}/one`, memory(100, 0, 0, 0));
    scope.look(30, [V2], 10_000);
    expect(Object.keys(read(10_000))).toContain("system.memory.usage{system.memory.state=used,scope=cgroup}");
  });
});
