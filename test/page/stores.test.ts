import { describe, expect, test } from "bun:test";
import type { LiveLog } from "../../src/live/live-data.ts";
import { drawnColumns, bucketsAPoint } from "../../src/page/charts/drawn-series.ts";
import { summaryOf } from "../../src/page/charts/summary.ts";
import { LogStore, NO_FILTER, RECORDS_MAX, TEXT_MAX_CHARS } from "../../src/page/data/log-store.ts";
import { SeriesStore } from "../../src/page/data/series-store.ts";
import { StreamRates } from "../../src/page/data/stream-rates.ts";

const NONE = { firstMs: 0, bucketMs: 1000, values: {} } as const;

function storeOf(values: readonly number[]): SeriesStore {
  const store = new SeriesStore();
  store.replace({ ...NONE, values: { "cpu.mean": { min: values, mean: values, max: values } } });
  return store;
}

const log = (atMs: number, text: string, more: Partial<LiveLog> = {}): LiveLog => ({
  atMs,
  text,
  stream: "logs",
  severity: 9,
  ...more,
});

const told = (...records: readonly LiveLog[]) => ({ records, leftOut: 0 });

const stream = (lines: number) => ({
  logs: {
    lines,
    bytes: lines * 10,
    ringUsedBytes: 0,
    ringBytes: 1,
    objects: 0,
    lastObject: null,
    uploadMs: null,
    retries: 0,
    refused: 0,
  },
});

describe("SeriesStore", () => {
  test("a sample joins its bucket: least, mean and most", () => {
    const store = new SeriesStore();
    store.replace({ ...NONE, bucketMs: 2000 });
    store.add(1000, { "cpu.mean": 0.2 });
    store.add(2000, { "cpu.mean": 0.6 });
    store.add(3000, { "cpu.mean": 1 });
    expect(store.columns("cpu.mean")).toEqual({ min: [0.2, 1], mean: [0.4, 1], max: [0.6, 1] });
    expect(store.firstMs).toBe(1000);
    expect(store.lastMs).toBe(3000);
  });

  test("stays bounded, and keeps the mean, the least and the most", () => {
    const store = new SeriesStore();
    for (let second = 0; second < 100_000; second++) store.add(second * 1000, { "cpu.mean": second === 5 ? 1 : 0.5 });
    expect(store.length).toBeLessThanOrEqual(4000);
    expect(store.length * store.bucketMs).toBeGreaterThanOrEqual(100_000_000);
    const summary = summaryOf({ label: "mean", series: "cpu.mean", colour: "--line-1" }, store, {
      minMs: 0,
      maxMs: 1e9,
    });
    expect(summary).toMatchObject({ min: 0.5, max: 1, last: 0.5 });
    expect(summary.mean).toBeCloseTo(0.5, 2);
  });

  test("a clock that jumps changes nothing that is there", () => {
    const store = storeOf([0.1, 0.2, 0.3]);
    store.add(-5000, { "cpu.mean": 1 });
    store.add(1e12, { "cpu.mean": 1 });
    store.add(Number.NaN, { "cpu.mean": 1 });
    expect(store.length).toBe(3);
    expect(store.columns("cpu.mean")?.max).toEqual([0.1, 0.2, 0.3]);
  });
});

describe("drawn points", () => {
  test("are a mean with the least and the most, and gaps stay gaps", () => {
    const store = new SeriesStore();
    const mean = [0.2, 0.4, null, null, 1];
    store.replace({ ...NONE, values: { "cpu.mean": { min: [0.1, 0.3, null, null, 0.9], mean, max: mean } } });
    const { min, mean: drawn, max } = drawnColumns(store, "cpu.mean", 2);
    expect(drawn.map((value) => value?.toFixed(2))).toEqual(["0.30", undefined, "1.00"]);
    expect([min, max]).toEqual([
      [0.1, null, 0.9],
      [0.4, null, 1],
    ]);
  });

  test("are as many as a screen shows, in groups that stay", () => {
    const store = storeOf(Array.from({ length: 1200 }, () => 1));
    expect(bucketsAPoint(store, 1_200_000, 900)).toBe(4);
    expect(bucketsAPoint(store, 60_000, 900)).toBe(1);
  });
});

describe("LogStore", () => {
  test("keeps the newest, and numbers stay with their records", () => {
    const store = new LogStore();
    for (let at = 0; at < 130; at++) {
      store.add(told(...Array.from({ length: 1000 }, (_, n) => log(at * 1000 + n, String(at * 1000 + n)))));
    }
    expect(store.length).toBeLessThanOrEqual(RECORDS_MAX);
    expect(store.length).toBeGreaterThan(RECORDS_MAX - 6000);
    expect(store.record(129_999)?.text).toBe("129999");
    expect(store.record(0)).toBeUndefined();
  });

  test("is bounded in characters too", () => {
    const store = new LogStore();
    const text = "x".repeat(16 * 1024);
    for (let at = 0; at < 5000; at++) store.add(told(log(at, text)));
    expect(store.length * text.length).toBeLessThanOrEqual(TEXT_MAX_CHARS);
    expect(store.record(store.endNumber - 1)?.atMs).toBe(4999);
  });

  test("filters by text without colours, by step and by severity", () => {
    const store = new LogStore();
    const records = [log(1, "\u001B[31mKil\u001B[1mled"), log(2, "b", { stepId: "s" }), log(3, "c", { severity: 17 })];
    store.add({ records, leftOut: 2 });
    expect(store.matching({ ...NO_FILTER, text: "killed" })).toEqual([0]);
    expect(store.matching({ ...NO_FILTER, stepId: "s" })).toEqual([1]);
    expect(store.matching({ ...NO_FILTER, minSeverity: 13 })).toEqual([2]);
    expect(store.leftOut).toBe(2);
  });

  test("records that are told again after a new connection are not doubled, new ones of the same moment stay", () => {
    const store = new LogStore();
    store.add(told(log(1, "a"), log(2, "b")));
    store.expectRepeated();
    store.add(told(log(1, "a")));
    store.add(told(log(2, "b"), log(2, "c"), log(3, "d")));
    store.add(told(log(3, "d")));
    expect(store.matching(NO_FILTER).map((number) => store.record(number)?.text)).toEqual(["a", "b", "c", "d", "d"]);
  });
});

test("StreamRates tells what came a second, and zero when nothing comes any more", () => {
  const rates = new StreamRates();
  rates.add(0, stream(100));
  expect(rates.rate("logs", 1000)).toBeUndefined();
  rates.add(10_000, stream(200));
  expect(rates.rate("logs", 10_000)).toEqual({ lines: 10, bytes: 100 });
  expect(rates.rate("logs", 60_000)).toEqual({ lines: 0, bytes: 0 });
  expect(rates.rate("traces", 0)).toBeUndefined();
});
