import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import type { BlockCounts, Statfs } from "../../src/host/statfs.ts";
import { HostSampler, type HostSamplerOptions } from "../../src/host/host-sampler.ts";
import type { RunningJob } from "../../src/job-pipeline.ts";
import type { LineSink, OfferResult } from "../../src/pipeline.ts";
import type { HostReading } from "../../src/stats/host-reading.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { CALM, FakeHost, memInfo, pointsOf, procStat } from "./fake-host.ts";
import { processStat } from "./fake-processes.ts";
import { RESOURCE } from "./resource.ts";

/** A machine with a core, a disk and a port. */
function machine(): FakeHost {
  const host = new FakeHost({
    "proc/stat": procStat([0, 0, 0, 100, 0, 0, 0, 0]),
    "proc/meminfo": memInfo(1000, 900),
    "proc/self/mountinfo": "27 1 254:0 / / rw - ext4 /dev/vda rw\n",
    "proc/1/cgroup": "0::/\n",
    "sys/class/net/eth0/statistics/rx_bytes": "1000\n",
    "sys/class/net/eth0/statistics/tx_bytes": "2000\n",
    "sys/devices/pci/vendor": "1\n",
    ...CALM,
  });
  host.link("sys/class/net/eth0/device", "../../../devices/pci");
  return host;
}

class Ring implements LineSink {
  readonly lineMaxBytes = 1_000_000;
  readonly lines: unknown[] = [];
  answer: OfferResult = "accepted";

  offer(line: Uint8Array): OfferResult {
    if (this.answer === "accepted") this.lines.push(JSON.parse(new TextDecoder().decode(line)));
    return this.answer;
  }

  /** How many data points of each metric a line has. */
  pointsOf(line: number): Record<string, number> {
    const metrics = arrayAt(this.lines[line], "resourceMetrics", 0, "scopeMetrics", 0, "metrics");
    return Object.fromEntries(metrics.map((metric) => [String(valueAt(metric, "name")), pointsOf(metric).length]));
  }
}

const BLOCKS: BlockCounts = { frsize: 4096, blocks: 100, bfree: 40, bavail: 40 };
const statfs: Statfs = { now: () => BLOCKS, later: async () => await Promise.resolve(BLOCKS) };

function samplerOf(host: FakeHost, sink: LineSink, more: Partial<HostSamplerOptions> = {}): HostSampler {
  return new HostSampler({ intervalMs: 1000, resource: RESOURCE, sink, root: host.root, statfs, ...more });
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  releaseLog();
});

describe("HostSampler", () => {
  test("reads at every interval and offers the readings of five seconds as one line", () => {
    using host = machine();
    const ring = new Ring();
    const sampler = samplerOf(host, ring);
    sampler.start();
    sampler.start();
    for (let second = 1; second <= 5; second++) {
      host.write("proc/stat", procStat([second * 50, 0, 0, 100 + second * 50, 0, 0, 0, 0]));
      host.write("sys/class/net/eth0/statistics/rx_bytes", `${1000 + second * 300}\n`);
      jest.advanceTimersByTime(1000);
    }
    expect(ring.lines).toHaveLength(1);
    expect(ring.pointsOf(0)).toMatchObject({ "system.memory.utilization": 5, "system.cpu.utilization": 4 });
    const metrics = arrayAt(ring.lines[0], "resourceMetrics", 0, "scopeMetrics", 0, "metrics");
    const network = metrics.find((metric) => valueAt(metric, "name") === "system.network.io");
    expect(valueAt(network, "gauge", "dataPoints", 0, "asDouble")).toBe(300);
    expect(sampler.stats()).toMatchObject({
      readings: 6,
      lines: 1,
      dropped_lines: 0,
      errors: {},
      network_ports: ["eth0"],
      file_systems: 1,
      hanging_mount: null,
      container_memory_bytes: null,
      container_cores: null,
    });
    sampler.stop();
  });

  test("shows each reading to who looks on: all of it in shares, and NaN for what was not measured", () => {
    using host = machine();
    const readings: HostReading[] = [];
    const onReading = (reading: HostReading): number => readings.push({ ...reading });
    const sampler = samplerOf(host, new Ring(), { onReading, pressure: false });
    expect(sampler.size).toEqual({ cores: 0, memoryBytes: 0 });
    sampler.read(0, 5000);
    host.write("proc/stat", procStat([25, 0, 0, 150, 25, 0, 0, 0]));
    host.write("sys/class/net/eth0/statistics/rx_bytes", "1500\n");
    sampler.read(2000, 7000);
    sampler.stop();
    expect(readings[0]).toMatchObject({ atMs: 5000, cpuMean: Number.NaN, memoryUsed: 0.1, networkReceive: Number.NaN });
    expect(readings[1]).toEqual({
      atMs: 7000,
      cpuMean: 0.25,
      cpuBusiest: 0.25,
      cpuIowait: 0.25,
      memoryUsed: 0.1,
      diskUsed: 0.6,
      networkReceive: 250,
      networkTransmit: 0,
      pressureCpu: Number.NaN,
      pressureMemory: Number.NaN,
      pressureMemoryFull: Number.NaN,
      pressureIo: Number.NaN,
    });
    expect(sampler.size).toEqual({ cores: 1, memoryBytes: 1000 * 1024 });
  });

  test("shows the pressure of the machine", () => {
    using host = machine();
    const readings: HostReading[] = [];
    const sampler = samplerOf(host, new Ring(), { onReading: (reading) => readings.push({ ...reading }) });
    sampler.read(0, 5000);
    host.write(
      "proc/pressure/memory",
      "some avg10=0 avg60=0 avg300=0 total=500000\nfull avg10=0 avg60=0 avg300=0 total=250000\n",
    );
    sampler.read(1000, 6000);
    sampler.stop();
    expect(readings[1]).toMatchObject({ pressureCpu: 0, pressureMemory: 0.5, pressureMemoryFull: 0.25, pressureIo: 0 });
  });

  test("stop() hands over what has been read, and ends", () => {
    using host = machine();
    const ring = new Ring();
    const sampler = samplerOf(host, ring);
    sampler.start();
    sampler.stop();
    sampler.stop();
    sampler.start();
    jest.advanceTimersByTime(60_000);
    expect(ring.lines).toHaveLength(1);
    expect(sampler.stats()).toMatchObject({ readings: 1, lines: 1 });
  });

  test("stop() before start() offers nothing", () => {
    using host = machine();
    const ring = new Ring();
    samplerOf(host, ring).stop();
    expect(ring.lines).toEqual([]);
  });

  test.each(["full", "failed", "closed", "too-large"] as const)("drops and counts a line that is %s", (answer) => {
    using host = machine();
    const ring = new Ring();
    ring.answer = answer;
    const sampler = samplerOf(host, ring);
    sampler.start();
    jest.advanceTimersByTime(5000);
    expect(sampler.stats()).toMatchObject({ lines: 0, data_points: 0, dropped_lines: 1 });
    expect(sampler.stats().dropped_data_points).toBeGreaterThan(5);
    ring.answer = "accepted";
    jest.advanceTimersByTime(5000);
    expect(sampler.stats()).toMatchObject({ lines: 1, dropped_lines: 1 });
    sampler.stop();
  });

  test("says at a long interval what it has read after five seconds, not at the next reading", () => {
    using host = machine();
    const ring = new Ring();
    const sampler = samplerOf(host, ring, { intervalMs: 60_000 });
    sampler.start();
    jest.advanceTimersByTime(5000);
    expect(ring.pointsOf(0)).toMatchObject({ "system.memory.utilization": 1 });
    sampler.stop();
  });

  test("tells the fullest file system with its mount point", () => {
    using host = machine();
    const ring = new Ring();
    const sampler = samplerOf(host, ring);
    sampler.read(0, 1_795_738_462_711);
    sampler.stop();
    const metrics = arrayAt(ring.lines[0], "resourceMetrics", 0, "scopeMetrics", 0, "metrics");
    const fileSystem = metrics.find((metric) => valueAt(metric, "name") === "system.filesystem.utilization");
    expect(valueAt(fileSystem, "gauge", "dataPoints")).toEqual([
      {
        attributes: [{ key: "system.filesystem.mountpoint", value: { stringValue: "/" } }],
        timeUnixNano: "1795738462711000000",
        asDouble: 60,
      },
    ]);
  });

  test("tells the bytes of that, and when it will be full", () => {
    using host = machine();
    const ring = new Ring();
    let bfree = 40;
    const sampler = samplerOf(host, ring, { statfs: { ...statfs, now: () => ({ ...BLOCKS, bfree, bavail: bfree }) } });
    for (let second = 0; second <= 10; second++, bfree--) sampler.read(second * 1000, second);
    sampler.stop();
    const metrics = arrayAt(ring.lines[0], "resourceMetrics", 0, "scopeMetrics", 0, "metrics");
    const last = (name: string): readonly (readonly [string, unknown])[] => {
      const found = metrics.find((metric) => valueAt(metric, "name") === name);
      return pointsOf(found)
        .filter((point) => valueAt(point, "timeUnixNano") === "10000000")
        .map((point) => [JSON.stringify(valueAt(point, "attributes")), valueAt(point, "asDouble")]);
    };
    expect(last("system.filesystem.usage")).toEqual([
      [expect.stringContaining('"used"'), 70 * 4096],
      [expect.stringContaining('"free"'), 30 * 4096],
    ]);
    expect(last("system.filesystem.time_to_full").map(([, value]) => value)).toEqual([30]);
  });

  test.each([
    [true, [undefined, "42", undefined]],
    [false, [undefined]],
  ] as const)(
    "tells the job with the metrics when it is to (%p), each in lines of its own",
    (jobOnMetrics, expected) => {
      using host = machine();
      const ring = new Ring();
      const job = {
        traceId: "a",
        spanId: "b",
        attributes: { "cicd.pipeline.run.id": "42" },
        startedAtMs: 1,
        steps: [],
      };
      let current: RunningJob | undefined;
      const sampler = samplerOf(host, ring, {
        jobOnMetrics,
        jobs: {
          get current() {
            return current;
          },
        },
      });
      for (const [second, running] of [undefined, job, job, undefined].entries()) {
        current = running;
        sampler.read(second * 1000, second);
      }
      sampler.stop();
      const runs = ring.lines.map((line) => {
        const attributes = arrayAt(line, "resourceMetrics", 0, "resource", "attributes");
        expect(attributes).toContainEqual({ key: "host.name", value: { stringValue: RESOURCE["host.name"] } });
        const run = attributes.find((attribute) => valueAt(attribute, "key") === "cicd.pipeline.run.id");
        return valueAt(run, "value", "stringValue");
      });
      expect(runs).toEqual([...expected]);
    },
  );

  test("tells processes and the worker's cgroup, and neither when it is not to", () => {
    for (const isOn of [true, false]) {
      using host = machine();
      host.write("proc/self/mountinfo", "29 1 0:9 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
      host.write("proc/20/stat", processStat(20, { name: "Runner.Listener" }));
      host.write("proc/30/stat", processStat(30, { name: "Runner.Worker", parentPid: 20, pages: 5 }));
      host.write("proc/30/cgroup", "0::/job\n");
      host.write("sys/fs/cgroup/job/cgroup.events", "populated 1\n");
      host.write("sys/fs/cgroup/job/cpu.stat", "usage_usec 5\n");
      const [ring, logs] = [new Ring(), new Ring()];
      const sampler = samplerOf(host, ring, isOn ? { processSink: logs } : { pressure: false });
      sampler.start();
      host.write("sys/fs/cgroup/job/cpu.stat", "usage_usec 1000005\n");
      host.write("proc/30/stat", processStat(30, { name: "Runner.Worker", parentPid: 20, pages: 5, cpuMs: 100 }));
      jest.advanceTimersByTime(5000);
      sampler.stop();
      jest.advanceTimersByTime(60_000);
      const names = Object.keys(ring.pointsOf(0));
      const expected = ["system.cpu.usage", "system.cpu.pressure.utilization", "system.memory.oom_kills"];
      expect(expected.filter((name) => names.includes(name))).toEqual(isOn ? expected : []);
      expect(logs.lines).toHaveLength(isOn ? 1 : 0);
      // None is known after the stop, and none is looked for.
      expect(sampler.stats()).toMatchObject({ process_records: isOn ? 2 : 0, processes: 0 });
    }
  });

  test("does not wait for a file system that may hang, and counts it once it has answered", async () => {
    using host = machine();
    host.write("proc/self/mountinfo", "27 1 0:50 / / rw - nfs4 server:/root rw\n");
    const ring = new Ring();
    const answer = Promise.withResolvers<BlockCounts>();
    const sampler = samplerOf(host, ring, { statfs: { ...statfs, later: async () => await answer.promise } });
    sampler.start();
    jest.advanceTimersByTime(5000);
    expect(Object.keys(ring.pointsOf(0))).not.toContain("system.filesystem.utilization");
    jest.advanceTimersByTime(1000);
    expect(sampler.stats()).toMatchObject({ hanging_mount: "/" });
    answer.resolve(BLOCKS);
    // The answer goes through some promises.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(sampler.stats()).toMatchObject({ hanging_mount: null });
    jest.advanceTimersByTime(1000);
    sampler.stop();
    expect(ring.pointsOf(1)).toMatchObject({ "system.filesystem.utilization": 1 });
  });

  test("goes on without a source that cannot be read, and is degraded while that lasts", () => {
    const log = captureLog();
    using host = machine();
    const ring = new Ring();
    const sampler = samplerOf(host, ring);
    host.remove("proc/meminfo");
    sampler.start();
    jest.advanceTimersByTime(2000);
    expect(sampler.health()).toMatchObject({
      status: "degraded",
      reason: expect.stringContaining("the memory: ENOENT"),
    });
    expect(sampler.stats()).toMatchObject({ errors: { memory: 3 } });
    host.write("proc/meminfo", memInfo(1000, 900));
    jest.advanceTimersByTime(1000);
    expect(sampler.health()).toEqual({ status: "healthy" });
    expect(log).toEqual([
      expect.stringContaining("Cannot measure the memory"),
      "INFO  host: Measuring the memory again",
    ]);
    sampler.stop();
  });

  test("notices every five seconds what has changed: ports, mounts, limits", () => {
    using host = machine();
    const sampler = samplerOf(host, new Ring());
    sampler.start();
    host.link("sys/class/net/eth1/device", "../../../devices/pci");
    host.write("sys/class/net/eth1/statistics/rx_bytes", "1\n");
    host.write("sys/class/net/eth1/statistics/tx_bytes", "1\n");
    host.write(
      "proc/self/mountinfo",
      "27 1 254:0 / / rw - ext4 /dev/vda rw\n28 1 254:1 / /data rw - ext4 /dev/vdb rw\n29 1 0:9 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
    );
    host.write("sys/fs/cgroup/memory.max", "102400\n");
    host.write("sys/fs/cgroup/memory.current", "5\n");
    host.write("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 0\n");
    host.write("sys/fs/cgroup/cpu.max", "50000 100000\n");
    host.write("sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
    jest.advanceTimersByTime(4999);
    expect(sampler.stats()).toMatchObject({ network_ports: ["eth0"], file_systems: 1, container_cores: null });
    jest.advanceTimersByTime(1);
    expect(sampler.stats()).toMatchObject({
      network_ports: ["eth0", "eth1"],
      file_systems: 2,
      container_memory_bytes: 102_400,
      container_cores: 0.5,
    });
    sampler.stop();
  });
});
