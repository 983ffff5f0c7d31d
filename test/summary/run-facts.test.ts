import { describe, expect, test } from "bun:test";
import { percentile } from "../../src/summary/percentile.ts";
import { runFacts } from "../../src/summary/run-facts.ts";
import { GIB, job, kill, series, START_MS } from "./runs.ts";

const NOW_MS = START_MS + 3_600_000;

const countUp = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

describe("percentile()", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  test.each([
    [hundred, 0.95, 95],
    [hundred, 0.995, 100],
    [hundred, 1, 100],
    [countUp(20), 0.95, 19],
    // Of 200, one value may be above percentile 99.5; of 199 none.
    [countUp(200), 0.995, 199],
    [countUp(199), 0.995, 199],
    [[7], 0.95, 7],
    [[7], 0.001, 7],
  ])("is the nearest rank, case %#", (values, share, wanted) => {
    expect(percentile(values, share)).toBe(wanted);
  });

  test.each([
    [0.95, 20],
    [0.995, 200],
  ])("leaves %d of the values at it or below, for every number of values that a series can have", (share, whole) => {
    for (let count = 1; count <= 720; count++) {
      // In whole numbers: the rank is the least that is not below the share.
      const rank = Math.floor((count * Math.round(share * whole) + whole - 1) / whole);
      expect(percentile(countUp(count), share)).toBe(rank);
    }
  });

  test("of nothing is not a number", () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe("runFacts()", () => {
  test("has mean, percentiles and peak of the job's time, and of nothing outside it", () => {
    // 20 s: 1, 2, … 20 %, between what ran before and after.
    const cpu = Array.from({ length: 20 }, (_, at) => (at + 1) / 100);
    const lists = { "cpu.mean": [0.9, ...cpu, 0.9] };
    const facts = runFacts(job(20, { startedAtMs: START_MS + 1000, endedAtMs: START_MS + 21_000 }), {
      series: series(lists),
      events: [],
      nowMs: NOW_MS,
    });
    expect(facts.figures["cpu.mean"]).toEqual({ mean: expect.closeTo(0.105, 10), p95: 0.19, p995: 0.2, peak: 0.2 });
    expect(facts).toMatchObject({ durationMs: 20_000, isRunning: false, result: "success", measuredShare: 1 });
  });

  test("takes the peak from the largest reading, and percentiles from the means", () => {
    const values = { "memory.used": { min: [0.1, 0.1], mean: [0.2, 0.3], max: [0.8, 0.4] } };
    const { figures } = runFacts(job(4), { series: series({}, { bucketMs: 2000, values }), events: [], nowMs: NOW_MS });
    expect(figures["memory.used"]).toEqual({ mean: 0.25, p95: 0.3, p995: 0.3, peak: 0.8 });
  });

  test("a series without a value in the time is absent, gaps are passed over, and what was measured is a share", () => {
    const lists = { "cpu.mean": [null, null, 0.5, 0.7], "disk.used": [null, null, null, null] };
    const facts = runFacts(job(4), { series: series(lists), events: [], nowMs: NOW_MS });
    expect(Object.keys(facts.figures)).toEqual(["cpu.mean"]);
    expect(facts.figures["cpu.mean"]).toMatchObject({ mean: 0.6, peak: 0.7 });
    expect(facts.measuredShare).toBe(0.5);
    const none = runFacts(job(4), { series: { firstMs: 0, bucketMs: 2000, values: {} }, events: [], nowMs: NOW_MS });
    expect(none).toMatchObject({ figures: {}, measuredShare: 0 });
    expect(none).not.toHaveProperty("cores");
    expect(none).not.toHaveProperty("oneThreadShare");
  });

  test("a job that runs lasts until now, and has no result", () => {
    const { endedAtMs: _, result: __, ...running } = job(0);
    const facts = runFacts(running, { series: series({}), events: [], nowMs: START_MS + 5000 });
    expect(facts).toMatchObject({ durationMs: 5000, isRunning: true });
    expect(facts).not.toHaveProperty("result");
    // A clock that was set back.
    expect(runFacts(running, { series: series({}), events: [], nowMs: START_MS - 1 }).durationMs).toBe(0);
  });

  test("counts the seconds in which one thread is the limit: a busy core, and the work of 1.5 cores at most", () => {
    const busiest = [0.95, 0.95, 0.949, 1, null];
    // 1.5 of 8 cores is 0.1875.
    const mean = [0.1875, 0.188, 0.1, 0.13, 0.13];
    const lists = { "cpu.busiest": busiest, "cpu.mean": mean };
    const of = (change = {}) =>
      runFacts(job(5), { series: series(lists, change), events: [], nowMs: NOW_MS }).oneThreadShare;
    expect(of()).toBe(0.5);
    expect(of({ cores: 1 })).toBeUndefined();
  });

  test("counts the kills in its time, and whose memory had run out", () => {
    const events = [
      kill(-1, { oomScope: "machine" }),
      kill(1),
      kill(2, { oomScope: "machine" }),
      kill(3, { oomScope: "cgroup", limitBytes: 2 * GIB }),
      kill(4, { oomScope: "cgroup", limitBytes: 15 * GIB }),
      kill(5, { oomScope: "cpuset" }),
      kill(11, { oomScope: "machine" }),
      { ...kill(6), name: "warp_telemetry.disk_nearly_full" },
    ];
    const facts = runFacts(job(10), { series: series({}), events, nowMs: NOW_MS });
    expect(facts).toMatchObject({ oomKills: 5, oomKillsOfMachine: 2 });
  });

  test("says where the job comes from", () => {
    const attributes = {
      "vcs.owner.name": "acme",
      "vcs.repository.name": "widgets",
      "cicd.pipeline.name": "CI",
      "cicd.pipeline.run.id": "721",
      "warp_telemetry.run.attempt": "2",
    };
    const facts = runFacts(job(1, { attributes }), { series: series({}), events: [], nowMs: NOW_MS });
    expect(facts).toMatchObject({
      repository: "acme/widgets",
      workflow: "CI",
      runId: "721",
      attempt: "2",
      job: "build",
    });
  });
});
