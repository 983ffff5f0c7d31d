import { expect, test } from "bun:test";
import { meanWithInterval } from "./interval.ts";

test("values that agree have no interval", () => {
  expect(meanWithInterval([2, 2, 2])).toEqual({ mean: 2, halfWidth: 0 });
});

test("the interval is that of the normal distribution where there are many values", () => {
  // Evenly spread over 0 to 1: a standard deviation of 1/√12, of the mean of 400 a twentieth of it.
  const { mean, halfWidth } = meanWithInterval(Array.from({ length: 400 }, (_, n) => (n + 0.5) / 400));
  expect(mean).toBeCloseTo(0.5, 6);
  expect(halfWidth).toBeCloseTo(1.96 / Math.sqrt(12) / 20, 3);
});
