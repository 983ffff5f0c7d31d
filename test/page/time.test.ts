import { describe, expect, test } from "bun:test";
import { bytesText, countText, durationText, shareText } from "../../src/page/text/quantities.ts";
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

test.each([
  [bytesText(0), "0 B"],
  [bytesText(1536), "1.5 KiB"],
  [bytesText(16 * 1024 ** 3), "16 GiB"],
  [bytesText(1023 * 1024), "1 MiB"],
  [shareText(0.0042), "0.4 %"],
  [shareText(0), "0 %"],
  [shareText(0.996), "100 %"],
  [countText(2), "2"],
  [countText(81_578), "82 k"],
  [countText(999_600), "1 M"],
  [durationText(850), "850 ms"],
  [durationText(125_000), "2 m 05 s"],
  [durationText(3 * 3_600_000), "3 h 00 m"],
])("%s is %s", (text, wanted) => {
  expect(text).toBe(wanted);
});
