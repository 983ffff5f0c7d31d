/** The parts of a frame by themselves: rows, blocks, the axis, what differs, what is held. */
import { describe, expect, test } from "bun:test";
import type { LiveStep } from "../../src/live/live-data.ts";
import { LogStore } from "../../src/page/data/log-store.ts";
import { SeriesStore } from "../../src/page/data/series-store.ts";
import { blockChart } from "../../src/top/block-chart.ts";
import { chosenSteps } from "../../src/top/draw-steps.ts";
import { frameOf } from "../../src/top/frame.ts";
import { HELD_MAX_CHARS, HeldMessages } from "../../src/top/held-messages.ts";
import { LogWindow } from "../../src/top/log-window.ts";
import { shareRows } from "../../src/top/share-rows.ts";
import { TimeScale } from "../../src/top/time-scale.ts";

const rowsOf = (mean: (number | null)[], max: (number | null)[], rows: number): string[] =>
  blockChart({ mean, max }, 1, rows, "").map((line) => line.map(({ text }) => text).join(""));

describe("blockChart()", () => {
  test("draws eighths, shows what was measured, and leaves a gap for what was not", () => {
    expect(rowsOf([0, null, 0.5, 1, 2], [0, null, 0.5, 1, 2], 1)).toEqual(["▁ ▄██"]);
    expect(rowsOf([0, 0.5, 0.75, 1], [0, 0.5, 0.75, 1], 2)).toEqual(["  ▄█", "▁███"]);
  });

  test("shades up to the most where there is room above the mean", () => {
    expect(rowsOf([0.1, 0.9], [1, 0.9], 3)).toEqual(["░▆", "░█", "▂█"]);
  });
});

const storeOf = (buckets: number): SeriesStore => {
  const values = Array.from({ length: buckets }, (_, at) => at);
  const store = new SeriesStore();
  store.replace({
    firstMs: 10_000,
    bucketMs: 1000,
    values: { "cpu.mean": { min: values, mean: values, max: values } },
  });
  return store;
};

describe("TimeScale", () => {
  test("gives each column whole buckets, and one place to steps and charts", () => {
    const scale = new TimeScale(storeOf(20), { minMs: 8000, maxMs: 30_000 }, 12);
    expect(scale).toMatchObject({ columnMs: 2000, firstMs: 8000, columns: 12 });
    expect(scale.columnAt(10_000)).toBe(1);
    expect(scale.valuesOf("cpu.mean").mean).toEqual([
      null,
      0.5,
      2.5,
      4.5,
      6.5,
      8.5,
      10.5,
      12.5,
      14.5,
      16.5,
      18.5,
      null,
    ]);
    expect(scale.valuesOf("cpu.iowait").mean).toEqual(Array.from({ length: 12 }, () => null));
  });

  test("stays where it is while the run grows into the room", () => {
    const [before, after] = [12, 19].map(
      (buckets) => new TimeScale(storeOf(buckets), { minMs: 10_000, maxMs: 10_000 + buckets * 1000 }, 21),
    );
    const count = 12;
    expect(after?.valuesOf("cpu.mean").mean.slice(0, count)).toEqual(
      [...(before?.valuesOf("cpu.mean").mean ?? [])].slice(0, count),
    );
  });

  test("holds the whole run, whatever its length", () => {
    for (const minutes of [0, 1, 59, 500, 100_000]) {
      const maxMs = 10_000 + minutes * 60_000;
      const scale = new TimeScale(storeOf(1), { minMs: 10_000, maxMs }, 30);
      expect(scale.columnAt(maxMs)).toBeLessThan(30);
      expect(scale.columnAt(10_000)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("shareRows()", () => {
  const wanted = { problems: 4, job: 1, steps: 12, axis: 1, charts: 18, work: 7, events: 4, log: 500 };

  test("gives what everybody needs first, never more than there is, and all of it", () => {
    expect(shareRows(6, wanted)).toMatchObject({ problems: 1, charts: 2, job: 1, log: 1, steps: 1, work: 0 });
    for (let rows = 0; rows < 200; rows++) {
      const given = Object.values(shareRows(rows, wanted)).reduce((sum, own) => sum + own, 0);
      expect(given).toBe(rows);
    }
  });

  test("gives nobody more than is wanted", () => {
    const given = shareRows(100, { ...wanted, log: 3, steps: 2, charts: 6 });
    expect(given).toMatchObject({ log: 3, steps: 2, charts: 6, problems: 4 });
  });
});

describe("frameOf()", () => {
  test("writes the rows that differ", () => {
    expect(frameOf(["a", "b"], ["a", "b"])).toBe("");
    const frame = frameOf(["a", "c"], ["a", "b"]);
    expect(frame).toContain("\u001B[2;1Hc\u001B[K");
    expect(frame).not.toContain("\u001B[1;1H");
    expect(frame).not.toContain("\u001B[2J");
  });

  test("clears a screen of which nothing is known", () => {
    expect(frameOf(["a"])).toContain("\u001B[2J\u001B[1;1Ha");
  });
});

describe("HeldMessages", () => {
  test("gives back what it holds in order, once", () => {
    const held = new HeldMessages();
    held.add("sample", "1");
    held.add("logs", "2");
    const taken: string[] = [];
    held.release((name, json) => taken.push(name + json));
    held.release((name) => taken.push(name));
    expect(taken).toEqual(["sample1", "logs2"]);
  });

  test("holds nothing when it is too much", () => {
    const held = new HeldMessages();
    held.add("logs", "x".repeat(HELD_MAX_CHARS));
    expect(held.isOver).toBe(false);
    held.add("logs", "x");
    held.add("logs", "x");
    expect(held.isOver).toBe(true);
    held.release(() => expect.unreachable());
    expect(held.isOver).toBe(false);
  });
});

describe("LogWindow", () => {
  test("finds what passes, also what comes later, and lets go of what is dropped", () => {
    const store = new LogStore();
    const window = new LogWindow(store);
    const add = (from: number, to: number): void => {
      const records = Array.from({ length: to - from }, (_, at) => ({
        atMs: from + at,
        stream: "logs" as const,
        severity: 9,
        text: (from + at) % 2 === 0 ? "Even" : "odd",
      }));
      store.add({ records, leftOut: 0 });
    };
    add(0, 4);
    expect(window.matching("even")).toEqual([0, 2]);
    add(4, 6);
    expect(window.matching("EVEN")).toEqual([0, 2, 4]);
    expect(window.matching("")).toHaveLength(6);
    add(6, 100_001);
    const [first = 0] = window.matching("even");
    expect(first).toBeGreaterThanOrEqual(store.firstNumber);
    expect(window.matching("even").at(-1)).toBe(100_000);
  });
});

const step = (id: string, startedAtMs: number, endedAtMs?: number): LiveStep => ({
  id,
  name: id,
  startedAtMs,
  source: "runner",
  ...(endedAtMs !== undefined && { endedAtMs }),
});

describe("chosenSteps()", () => {
  const steps = [step("old", 0, 1), step("runs", 2), step("done", 3, 9), step("newer", 4, 10)];

  test("keeps those that run, then those that ended last, in the order of their start", () => {
    expect(chosenSteps(steps, 3).map(({ id }) => id)).toEqual(["runs", "done", "newer"]);
    expect(chosenSteps(steps, 1).map(({ id }) => id)).toEqual(["runs"]);
    expect(chosenSteps(steps, 9)).toBe(steps);
  });
});
