import { expect, test } from "bun:test";
import { MemoryPeak } from "../../src/host/memory-peak.ts";

test("MemoryPeak.isNew() is true for what is five points above the last peak of the step", () => {
  const peak = new MemoryPeak();
  const answers = (step: string | undefined, ...percents: readonly number[]): readonly boolean[] =>
    percents.map((percent) => peak.isNew(percent, step));
  expect(answers(undefined, 30, 34, 35, 36)).toEqual([false, false, true, false]);
  expect(answers("1", 50, 54, 20, 54, 55, 59, 60)).toEqual([false, false, false, false, true, false, true]);
  expect(answers("2", 10, 14, 15)).toEqual([false, false, true]);
  expect(answers("1", 99, 100)).toEqual([false, false]);
});
