import { describe, expect, test } from "bun:test";
import { BUCKETS, told } from "../../src/live/decimated-series.ts";
import { EVENT_TEXT_MAX, EVENTS_MAX } from "../../src/live/event-list.ts";
import { FIRST_BUCKET_MS, GAP_MAX_MS, History, sampleOf } from "../../src/live/history.ts";
import type { LiveValues } from "../../src/live/live-data.ts";
import { readingAt } from "./readings.ts";

const RUNS = Number(process.env["HISTORY_RUNS"] ?? 30);
const START_MS = 1_795_764_308_580;

/** A small generator, so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** All readings kept, and put into buckets at the end. */
function naive(
  readings: readonly (readonly [atMs: number, value: number])[],
  firstMs: number,
  bucketMs: number,
): LiveValues {
  const lastMs = readings.at(-1)?.[0] ?? firstMs;
  const buckets = Array.from({ length: Math.floor((lastMs - firstMs) / bucketMs) + 1 }, (): number[] => []);
  for (const [atMs, value] of readings)
    if (!Number.isNaN(value)) buckets[Math.floor((atMs - firstMs) / bucketMs)]?.push(value);
  const each = (of: (values: number[]) => number): (number | null)[] =>
    buckets.map((values) => (values.length === 0 ? null : of(values)));
  return {
    min: each((values) => told(Math.fround(Math.min(...values)))),
    mean: each((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    max: each((values) => told(Math.fround(Math.max(...values)))),
  };
}

describe("History", () => {
  test.each(Array.from({ length: RUNS }, (_, seed) => [seed]))("is what a naive computation gives, seed %d", (seed) => {
    const random = randomOf(seed);
    const history = new History();
    const readings: [number, number][] = [];
    const count = Math.ceil(random() * 6000);
    const stepMs = 200 + random() * 5000;
    let atMs = START_MS;
    for (let n = 0; n < count; n++) {
      const value = random() < 0.1 ? Number.NaN : random() * (random() < 0.5 ? 1 : 1e6);
      readings.push([atMs, value]);
      history.add(readingAt(atMs, { memoryUsed: value }));
      atMs += Math.round(random() < 0.01 ? stepMs * 50 : stepMs);
    }
    const { firstMs, bucketMs, values } = history.series();
    expect(firstMs).toBe(START_MS);
    expect(bucketMs / FIRST_BUCKET_MS).toBe(2 ** Math.round(Math.log2(bucketMs / FIRST_BUCKET_MS)));
    const expected = naive(readings, firstMs, bucketMs);
    const own = values["memory.used"];
    expect(own?.min).toEqual(expected.min);
    expect(own?.max).toEqual(expected.max);
    expect(own?.min.length).toBeLessThanOrEqual(BUCKETS);
    const off = expected.mean.filter((mean, at) => {
      const ours = own?.mean[at] ?? null;
      return mean === null || ours === null ? mean !== ours : Math.abs(mean - ours) > (mean < 10 ? 1e-4 : 0.501);
    });
    expect(off).toEqual([]);
    expect(Object.keys(values)).toEqual(["memory.used"]);
  });

  test("uses at least half of the buckets once they were full", () => {
    const history = new History();
    for (let second = 0; second < 8 * 3600; second++)
      history.add(readingAt(START_MS + second * 1000, { cpuMean: 0.5 }));
    expect(history.buckets).toBeGreaterThanOrEqual(BUCKETS / 2);
    expect(history.buckets).toBeLessThanOrEqual(BUCKETS);
    const mean = history.series().values["cpu.mean"]?.mean;
    expect(new Set(mean)).toEqual(new Set([0.5]));
  });

  test.each([-1, GAP_MAX_MS + 1])("begins anew after a clock that was set by %d ms", (jumpMs) => {
    const history = new History();
    history.add(readingAt(START_MS, { cpuMean: 1 }));
    history.add(readingAt(START_MS + jumpMs, { cpuMean: 0 }));
    const { firstMs, bucketMs, values } = history.series();
    expect([firstMs, bucketMs]).toEqual([START_MS + jumpMs, FIRST_BUCKET_MS]);
    expect(values["cpu.mean"]?.max).toEqual([0]);
  });

  test("has no bucket without a reading where readings are seldom", () => {
    const history = new History(10_000);
    for (let n = 0; n < 100; n++) history.add(readingAt(START_MS + n * 10_900, { cpuMean: n }));
    expect(history.series().values["cpu.mean"]?.mean).not.toContain(null);
  });

  test("says nothing before the first reading", () => {
    expect(new History().series()).toEqual({ firstMs: 0, bucketMs: FIRST_BUCKET_MS, values: {} });
  });

  test("keeps the newest events, and cuts what is long", () => {
    const { events } = new History();
    for (let n = 0; n < EVENTS_MAX + 3; n++) {
      events.add({ atMs: n, name: "n", severity: "info", text: "x".repeat(1e4) });
    }
    expect(events.all).toHaveLength(EVENTS_MAX);
    expect(events.all[0]?.atMs).toBe(3);
    expect(events.all[0]?.text).toHaveLength(EVENT_TEXT_MAX);
  });
});

test("sampleOf() leaves out what was not measured", () => {
  expect(sampleOf(readingAt(1, { cpuBusiest: 0.123_456, networkReceive: 1234.5 }))).toEqual({
    "cpu.busiest": 0.1235,
    "network.receive": 1235,
  });
});
