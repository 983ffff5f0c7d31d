import { describe, expect, test } from "bun:test";
import { TimeAxis } from "../../src/page/time/time-axis.ts";
import { timeTicks } from "../../src/page/time/time-ticks.ts";

describe("TimeAxis", () => {
  test("grows with the run, keeps a zoom, and follows the newest minutes", () => {
    const axis = new TimeAxis();
    axis.setWhole(0, 100_000);
    axis.zoom(10_000, 30_000);
    axis.setWhole(0, 200_000);
    expect(axis.range).toEqual({ minMs: 10_000, maxMs: 30_000 });
    axis.reset(60_000);
    axis.setWhole(0, 300_000);
    expect(axis.range).toEqual({ minMs: 240_000, maxMs: 300_000 });
    axis.reset();
    expect(axis.range).toEqual({ minMs: 0, maxMs: 300_000 });
  });

  test("zooms no nearer than five seconds, and not out of the run", () => {
    const axis = new TimeAxis();
    axis.setWhole(0, 100_000);
    axis.zoom(50_000, 50_001);
    expect(axis.range).toEqual({ minMs: 47_500.5, maxMs: 52_500.5 });
    axis.zoom(-50_000, 20_000);
    expect(axis.range.minMs).toBe(0);
    axis.zoomBy(1000);
    expect(axis.kind).toBe("whole");
  });
});

test("ticks are round times, as many as there is room for", () => {
  const start = Date.UTC(2026, 10, 26, 10, 0, 0);
  const ticks = timeTicks(start, start + 1_200_000, 750);
  expect(ticks.length).toBe(11);
  expect(ticks.every((tick) => tick % 120_000 === 0)).toBe(true);
  expect(timeTicks(start, start + 40 * 86_400_000, 500).length).toBeLessThanOrEqual(7);
});
