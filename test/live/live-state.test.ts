import { describe, expect, test } from "bun:test";
import { History } from "../../src/live/history.ts";
import type { LiveState } from "../../src/live/live-data.ts";
import { liveState } from "../../src/live/live-state.ts";
import { readingAt } from "./readings.ts";
import { SECRET, sourcesOf } from "./sources.ts";

function stateFor(maySeeTexts: boolean, change: Parameters<typeof sourcesOf>[0] = {}): LiveState {
  const history = new History();
  history.add(readingAt(1000, { cpuMean: 0.5 }));
  history.events.add({ atMs: 6, name: "warp_telemetry.oom_kill", severity: "error", text: SECRET });
  return liveState({ sources: sourcesOf(change), history, startedAtMs: 1, nowMs: 2, maySeeTexts });
}

describe("liveState()", () => {
  test("is all there is, for who may see texts", () => {
    expect(stateFor(true)).toEqual({
      version: "1.2.3",
      nowMs: 2,
      startedAtMs: 1,
      maySeeTexts: true,
      health: { status: "degraded", problems: [{ part: "upload", reason: "why", remedy: "do" }] },
      jobs: [
        {
          name: SECRET,
          startedAtMs: 1,
          source: "runner",
          traceId: "ab",
          attributes: { "cicd.pipeline.name": SECRET },
          steps: [{ id: SECRET, name: SECRET, startedAtMs: 2, endedAtMs: 3, result: "success", source: "runner" }],
        },
      ],
      events: [{ atMs: 6, name: "warp_telemetry.oom_kill", severity: "error", text: SECRET }],
      processes: { atMs: 7, list: [{ pid: 5, name: SECRET, cpuCores: 1.235, memoryBytes: 4096, stepId: SECRET }] },
      series: {
        firstMs: 1000,
        bucketMs: 2000,
        values: { "cpu.mean": { min: [0.5], mean: [0.5], max: [0.5] } },
        cores: 4,
        memoryBytes: 8192,
      },
      streams: {
        logs: {
          lines: 11,
          bytes: 1050,
          ringUsedBytes: 50,
          ringBytes: 5000,
          objects: 3,
          lastObject: "20261127-072515.logs.log",
          uploadMs: 7,
          retries: 4,
          refused: 3,
        },
      },
      collector: { state: "off", pid: null, restarts: 0, output: [SECRET] },
      destination: "s3://bucket",
    });
  });

  test("has no text of a job for anybody else, and the numbers all the same", () => {
    const [own, stranger] = [stateFor(true), stateFor(false)];
    expect(JSON.stringify(own)).toContain(SECRET);
    expect(JSON.stringify(stranger)).not.toContain(SECRET);
    const { series, streams, health } = own;
    expect(stranger).toMatchObject({ maySeeTexts: false, series, streams, health, processes: null });
    expect(stranger.jobs[0]).toMatchObject({ name: "job 1", attributes: {} });
    expect(stranger.jobs[0]?.steps[0]).toEqual({
      id: "1",
      name: "step 1",
      startedAtMs: 2,
      endedAtMs: 3,
      result: "success",
      source: "runner",
    });
    expect(stranger.events).toEqual([{ atMs: 6, name: "warp_telemetry.oom_kill", severity: "error" }]);
  });

  test("knows a step by its span while the runner has not told its id", () => {
    const steps = [{ id: "", span_id: "ab" }, { id: "" }, { id: "own", span_id: "cd" }];
    const state = stateFor(true, { jobs: () => ({ jobs: [{ steps }] }) });
    expect(state.jobs[0]?.steps.map(({ id }) => id)).toEqual(["ab", "2", "own"]);
  });

  const nonsense = [
    null,
    "x",
    3,
    [],
    { jobs: 3 },
    { jobs: [null, "x", { steps: [null, { result: "none" }], name: 7 }] },
  ];
  test.each(nonsense.map((jobs) => [jobs] as const))("takes %j for jobs, whatever it is", (jobs) => {
    const state = stateFor(true, { jobs: () => jobs, size: () => undefined, processes: () => undefined });
    for (const job of state.jobs) expect(job).toMatchObject({ name: "", source: "runner", startedAtMs: 0 });
    expect([state.processes, state.series.cores]).toEqual([null, undefined]);
  });
});
