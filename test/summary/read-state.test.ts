import { describe, expect, test } from "bun:test";
import { jobOf } from "../../src/summary/job-of.ts";
import { readState } from "../../src/summary/read-state.ts";
import { runSummary } from "../../src/summary/run-summary.ts";
import { job, kill, series, START_MS } from "./runs.ts";

const STATE = {
  nowMs: START_MS + 5000,
  maySeeTexts: true,
  jobs: [
    job(5, {
      attributes: { "cicd.pipeline.name": "CI" },
      steps: [{ id: "1", name: "Test", startedAtMs: START_MS, result: "failure", source: "mark" }],
    }),
  ],
  series: series({ "cpu.mean": [0.1, null, 0.3] }),
  events: [kill(1, { oomScope: "cgroup", limitBytes: 5 })],
  price: { perMinute: 0.008, currency: "USD" },
};

describe("readState()", () => {
  test("is what the agent told", () => {
    expect(readState(JSON.parse(JSON.stringify({ ...STATE, version: "9", health: {}, streams: {} })))).toEqual(STATE);
  });

  test.each([
    [{}],
    [{ nowMs: 5 }],
    [{ nowMs: "5", series: STATE.series }],
    [{ nowMs: 5, series: { firstMs: 0, bucketMs: 0 } }],
  ])("%j is none", (told) => {
    expect(readState(told)).toBeUndefined();
  });

  test("takes whatever another version tells, and a summary of it throws nothing", () => {
    const odd = {
      nowMs: 5,
      series: {
        firstMs: 0,
        bucketMs: 1000,
        cores: "many",
        values: { "cpu.mean": 5, "memory.used": { mean: ["x", 0.5] } },
      },
      jobs: [null, 5, { name: {}, steps: "none", attributes: [] }, { steps: [{}, { name: 7, result: "great" }] }],
      events: [{}, { atMs: 1, name: "x", severity: "loud" }, "text"],
      price: { perMinute: "free" },
    };
    const state = readState(odd);
    expect(state).toMatchObject({ events: [{ atMs: 1, name: "x", severity: "info" }], maySeeTexts: true });
    expect(state).not.toHaveProperty("price");
    expect(state?.jobs.length).toBe(2);
    for (const one of state?.jobs ?? []) if (state !== undefined) runSummary(one, state);
  });
});

const of = (runId: string, attempt: string, worker: string, startedAtMs: number) =>
  job(5, {
    startedAtMs,
    attributes: { "cicd.pipeline.run.id": runId, "warp_telemetry.run.attempt": attempt, "cicd.worker.name": worker },
  });
const jobs = [of("1", "1", "a", 10), of("1", "2", "b", 30), of("2", "1", "a", 20)];

describe("jobOf()", () => {
  test.each([
    [{}, 1],
    [{ "cicd.worker.name": "a" }, 2],
    [{ "cicd.pipeline.run.id": "1" }, 1],
    [{ "cicd.pipeline.run.id": "1", "warp_telemetry.run.attempt": "1" }, 0],
    [{ "cicd.pipeline.run.id": "3" }, undefined],
    [{ "cicd.pipeline.name": "no key of ours" }, 1],
  ])("%j is the newest that does not contradict", (own, at) => {
    expect(jobOf(jobs, own)).toBe(at === undefined ? undefined : jobs[at]);
  });

  test("takes one that says nothing of itself, as for who may not see texts", () => {
    const bare = job(5);
    expect(jobOf([bare], { "cicd.pipeline.run.id": "3" })).toBe(bare);
    expect(jobOf([], {})).toBeUndefined();
  });
});
