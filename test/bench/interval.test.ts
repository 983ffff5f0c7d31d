import { expect, test } from "bun:test";
import { middleWithInterval } from "./interval.ts";

test("values that agree have no interval", () => {
  expect(middleWithInterval([2, 2, 2])).toEqual({ middle: 2, from: 2, to: 2 });
});

test("a tenth at each end does not count", () => {
  expect(middleWithInterval([-1000, 1, 1, 1, 1, 1, 1, 1, 1, 5000]).middle).toBe(1);
});

test("the interval is about that of the normal distribution where there are many values", () => {
  // Evenly spread over 0 to 1: a standard deviation of 1/√12, of the mean of 400 a twentieth of it.
  const { middle, from, to } = middleWithInterval(Array.from({ length: 400 }, (_, n) => (n + 0.5) / 400));
  expect(middle).toBeCloseTo(0.5, 6);
  expect((to - from) / 2).toBeCloseTo(1.96 / Math.sqrt(12) / 20, 2);
});
