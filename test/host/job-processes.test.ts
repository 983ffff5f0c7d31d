import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { JobProcesses } from "../../src/host/job-processes.ts";
import { ProcessTable } from "../../src/host/process-table.ts";
import type { RunningJob, RunningStep } from "../../src/job-pipeline.ts";
import { FakeHost } from "./fake-host.ts";
import { FakeProcesses } from "./fake-processes.ts";

/** Unix time at which the machine has run for 1000 s. */
const AT_1000_S = 1_795_738_000_000;

function step(name: string, upSeconds: number): RunningStep {
  return { id: name, name, spanId: "0123456789abcdef", startedAtMs: AT_1000_S + (upSeconds - 1000) * 1000 };
}

let host: FakeHost;
let processes: FakeProcesses;
let table: ProcessTable;
let job: JobProcesses;
let steps: readonly RunningStep[];

beforeEach(() => {
  host = new FakeHost();
  processes = new FakeProcesses(host);
  table = new ProcessTable(host.root, processes.clock);
  const current = (): RunningJob => ({ traceId: "", spanId: "", attributes: {}, startedAtMs: 0, steps });
  job = new JobProcesses(table, {
    get current() {
      return current();
    },
  });
  steps = [];
  processes.set(1, { name: "systemd", parentPid: 0 });
  processes.set(20, { name: "Runner.Listener", parentPid: 1, startedMs: 100_000 });
});
afterEach(() => {
  table.close();
  host[Symbol.dispose]();
});

/** A scan when the machine has run for so long. */
function scan(upSeconds: number): void {
  processes.up(upSeconds);
  table.scan();
  job.mark(AT_1000_S + (upSeconds - 1000) * 1000);
}

function stepOf(pid: number): string | undefined {
  return table.processes.get(pid)?.step?.name;
}

function ofJob(): readonly number[] {
  return [...table.processes.values()].filter((it) => it.isOfJob).map((it) => it.pid);
}

function worker(pid = 30, startedMs = 900_000): void {
  processes.set(pid, { name: "Runner.Worker", parentPid: 20, startedMs });
}

describe("JobProcesses.workerPid", () => {
  test("is the worker below the listener, while it lives", () => {
    scan(1000);
    expect(job.workerPid).toBeUndefined();
    worker();
    scan(1005);
    expect(job.workerPid).toBe(30);
    processes.end(30);
    scan(1010);
    expect(job.workerPid).toBeUndefined();
  });

  test("is not one that only has the name, nor a younger one below", () => {
    worker();
    processes.set(10, { name: "Runner.Worker", parentPid: 1, startedMs: 50_000 });
    processes.set(40, { name: "Runner.Worker", parentPid: 30, startedMs: 910_000 });
    processes.set(41, { name: "Runner.Worker", parentPid: 20, startedMs: 920_000 });
    scan(1000);
    expect(job.workerPid).toBe(30);
  });
});

describe("JobProcesses.mark()", () => {
  test("takes for the job's what is below the worker, for good", () => {
    worker();
    processes.set(31, { name: "bash", parentPid: 30, startedMs: 950_000 });
    processes.set(32, { name: "make", parentPid: 31, startedMs: 950_000 });
    processes.set(50, { name: "sshd", parentPid: 1 });
    scan(1000);
    expect(ofJob()).toEqual([31, 32]);
    processes.end(31);
    processes.set(32, { parentPid: 1, cpuMs: 5 });
    // Below one that has lost its parent.
    processes.set(33, { name: "cc", parentPid: 32, startedMs: 1_001_000 });
    scan(1005);
    expect(ofJob()).toEqual([32, 33]);
    processes.end(30);
    worker(60, 1_006_000);
    scan(1010);
    expect(ofJob()).toEqual([]);
  });

  test("names the step that a process began in, and keeps it", () => {
    worker();
    steps = [step("build", 990)];
    processes.set(31, { parentPid: 30, startedMs: 985_000 });
    processes.set(32, { parentPid: 30, startedMs: 991_000 });
    scan(1000);
    expect([stepOf(31), stepOf(32), stepOf(30)]).toEqual([undefined, "build", undefined]);
    steps = [step("test", 1002)];
    processes.set(33, { parentPid: 30, startedMs: 1_003_000 });
    scan(1005);
    expect([stepOf(31), stepOf(32), stepOf(33)]).toEqual([undefined, "build", "test"]);
    steps = [];
    scan(1010);
    expect([stepOf(32), stepOf(33)]).toEqual(["build", "test"]);
  });

  test("corrects what was said before the news of a step came", () => {
    worker();
    steps = [step("build", 990)];
    processes.set(31, { parentPid: 30, startedMs: 999_500 });
    scan(1000);
    expect(stepOf(31)).toBe("build");
    steps = [step("test", 999)];
    scan(1005);
    expect(stepOf(31)).toBe("test");
  });

  test("names none while several run, nor afterwards", () => {
    worker();
    steps = [step("server", 980), step("test", 990)];
    processes.set(31, { parentPid: 30, startedMs: 991_000 });
    scan(1000);
    expect(stepOf(31)).toBeUndefined();
    steps = [step("server", 980)];
    scan(1005);
    expect(stepOf(31)).toBeUndefined();
  });

  test("does not go round in a circle of parents", () => {
    worker();
    processes.set(70, { parentPid: 71 });
    processes.set(71, { parentPid: 70 });
    scan(1000);
    expect(table.processes.get(70)?.isOfJob).toBe(false);
  });

  test("takes for the job's only what descends from its worker when nothing is known of steps", () => {
    worker();
    processes.set(31, { parentPid: 30 });
    const alone = new JobProcesses(table, undefined);
    table.scan();
    alone.mark(AT_1000_S);
    expect(table.processes.get(31)).toMatchObject({ isOfJob: true, step: undefined });
  });
});
