import { expect, test } from "bun:test";
import { sparkline } from "../../src/summary/sparkline.ts";
import { series, START_MS } from "./runs.ts";

const of = (list: readonly (number | null)[], seconds = list.length): string =>
  sparkline(series({ "cpu.mean": list }), "cpu.mean", START_MS, START_MS + seconds * 1000);

test("has a cell a piece, from 0 to all; what was measured is seen, what was not is a gap", () => {
  expect(of([0, 0.125, 0.5, null, 0.94, 1, 1.2])).toBe("▁▁▄ ███");
  expect(of([0.5], 0)).toBe(" ");
});

test("has 48 cells at most, each with its own part of the time", () => {
  const rising = Array.from({ length: 480 }, (_, at) => at / 480);
  const cells = of(rising);
  expect(cells.length).toBe(48);
  expect(cells).toStartWith("▁▁");
  expect(cells).toEndWith("██");
  expect(Array.from(cells).toSorted().join("")).toBe(cells);
  expect(of([1], 4)).toBe("█   ");
});
