import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { ProcessSampler, type ProcessSamplerOptions } from "../../src/host/process-sampler.ts";
import { Sources } from "../../src/host/sources.ts";
import type { RunningJob } from "../../src/job-pipeline.ts";
import type { LineSink, OfferResult } from "../../src/pipeline.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeProcesses } from "./fake-processes.ts";
import { recordIn, type ProcessRecord } from "./process-records.ts";
import { RESOURCE } from "./resource.ts";

const AT_1000_S = 1_795_738_000_000;

const STEP = { id: "7", name: "Run make", spanId: "00f067aa0ba902b7", startedAtMs: AT_1000_S };

class Ring implements LineSink {
  readonly lineMaxBytes = 1_000_000;
  readonly lines: string[] = [];
  answer: OfferResult = "accepted";

  offer(line: Uint8Array): OfferResult {
    if (this.answer === "accepted") this.lines.push(new TextDecoder().decode(line));
    return this.answer;
  }

  record(name: string): ProcessRecord | undefined {
    return recordIn(this.lines.at(-1) ?? "", name);
  }
}

let host: FakeHost;
let processes: FakeProcesses;
let ring: Ring;

beforeEach(() => {
  host = new FakeHost();
  processes = new FakeProcesses(host);
  ring = new Ring();
});
afterEach(() => {
  jest.useRealTimers();
  host[Symbol.dispose]();
});

function samplerOf(more: Partial<ProcessSamplerOptions> = {}): ProcessSampler {
  const { clock } = processes;
  return new ProcessSampler(new Sources(), { resource: RESOURCE, sink: ring, root: host.root, clock, ...more });
}

describe("ProcessSampler", () => {
  test("tells from the second sample on who used most, with the job's step, and the rest as a sum", () => {
    const current: RunningJob = { traceId: "4bf9", spanId: "5399", attributes: {}, startedAtMs: 1, steps: [STEP] };
    const sampler = samplerOf({ jobs: { current } });
    processes.set(20, { name: "Runner.Listener" });
    processes.set(30, { name: "Runner.Worker", parentPid: 20, startedMs: 900_000 });
    for (let pid = 100; pid < 110; pid++) processes.set(pid, { name: `daemon${pid}`, cpuMs: 1, pages: pid });
    sampler.sample(0, AT_1000_S);
    expect(ring.lines).toEqual([]);
    expect(sampler.workerPid).toBe(30);
    processes.up(1005);
    processes.set(40, {
      name: "cc",
      parentPid: 30,
      startedMs: 1_001_000,
      cpuMs: 2500,
      pages: 9999,
      read: 5,
      written: 6,
    });
    for (let pid = 100; pid < 110; pid++) processes.set(pid, { cpuMs: 1 + 10 * (110 - pid) });
    sampler.sample(5000, AT_1000_S + 5000);
    expect(ring.record("cc")).toEqual({
      "process.executable.name": "cc",
      "process.pid": 40,
      "process.cpu.usage": 0.5,
      "process.memory.usage": 9999 * 4096,
      "process.memory.private": 9999 * 4096,
      "process.disk.read": 5,
      "process.disk.written": 6,
      "cicd.pipeline.task.run.id": "7",
      "cicd.pipeline.task.name": "Run make",
      traceId: "4bf9",
      spanId: "00f067aa0ba902b7",
    });
    // Beside cc the four busiest and the four largest of the ten daemons have a record each.
    expect(ring.record("All other processes")).toMatchObject({ "process.count": 4, "process.cpu.usage": 0.022 });
    expect(sampler.stats()).toEqual({ processes: 13, process_records: 10, dropped_process_records: 0 });
    sampler.stop();
  });

  test("tells arguments when it is asked to, and never otherwise", () => {
    for (const commandLines of [false, true]) {
      const sampler = samplerOf({ commandLines });
      processes.set(40, { name: "cc", pages: 5 });
      sampler.sample(0, AT_1000_S);
      sampler.sample(5000, AT_1000_S);
      expect(ring.lines.at(-1)?.includes("secret")).toBe(commandLines);
      sampler.stop();
    }
  });

  test("samples at new peaks of memory of a step too, and not twice at the same", () => {
    let id = "1";
    const sampler = samplerOf({
      jobs: {
        get current() {
          return { traceId: "", spanId: "", attributes: {}, startedAtMs: 1, steps: [{ ...STEP, id }] };
        },
      },
    });
    processes.set(40, { pages: 5 });
    sampler.sample(0, AT_1000_S);
    const linesAfter = (percent: number, nowMs: number): number => {
      sampler.noteMemory(percent, nowMs, AT_1000_S + nowMs);
      return ring.lines.length;
    };
    expect([30, 34, 35, 36, 39, 20, 39, 50].map((percent, at) => linesAfter(percent, at * 1000 + 500))).toEqual([
      0, 0, 1, 1, 1, 1, 1, 2,
    ]);
    id = "2";
    expect([40, 44, 45].map((percent, at) => linesAfter(percent, at * 1000 + 10_000))).toEqual([2, 2, 3]);
    // There was a sample just now.
    expect(linesAfter(60, 12_499)).toBe(3);
    expect(linesAfter(65, 12_500)).toBe(4);
    sampler.stop();
  });

  test("counts what the ring does not take", () => {
    const sampler = samplerOf();
    processes.set(40, { pages: 5 });
    ring.answer = "full";
    sampler.sample(0, AT_1000_S);
    sampler.sample(5000, AT_1000_S);
    expect(sampler.stats()).toEqual({ processes: 1, process_records: 0, dropped_process_records: 2 });
    sampler.stop();
  });

  test("finds the worker where nobody wants to hear of processes", () => {
    const sampler = samplerOf({ sink: undefined });
    processes.set(20, { name: "Runner.Listener" });
    processes.set(30, { name: "Runner.Worker", parentPid: 20 });
    sampler.sample(0, AT_1000_S);
    sampler.sample(5000, AT_1000_S);
    expect([sampler.workerPid, sampler.stats().process_records]).toEqual([30, 0]);
    sampler.stop();
  });

  test("samples every five seconds from start() to stop()", () => {
    jest.useFakeTimers();
    const sampler = samplerOf();
    processes.set(40, { pages: 5 });
    sampler.start();
    sampler.start();
    jest.advanceTimersByTime(4999);
    expect(sampler.stats().processes).toBe(1);
    processes.set(41, { pages: 5 });
    jest.advanceTimersByTime(1);
    expect(sampler.stats().processes).toBe(2);
    sampler.stop();
    sampler.stop();
    sampler.start();
    jest.advanceTimersByTime(60_000);
    expect(sampler.stats().processes).toBe(0);
  });

  test("goes on when /proc cannot be read", () => {
    const sources = new Sources();
    const { clock } = processes;
    const sampler = new ProcessSampler(sources, { resource: RESOURCE, sink: ring, root: host.root, clock });
    host.remove("proc/uptime");
    sampler.sample(0, AT_1000_S);
    expect(sources.health()).toMatchObject({ status: "degraded", reason: expect.stringContaining("the processes") });
    processes.up(1005);
    sampler.sample(5000, AT_1000_S);
    expect(sources.health()).toEqual({ status: "healthy" });
    sampler.stop();
  });
});
