import { expect, test } from "bun:test";
import { killedStep } from "../../src/job/killed-step.ts";
import { Peaks } from "../../src/job/peaks.ts";
import { KILLED } from "../../src/job/result.ts";
import { newStep } from "../../src/job/step.ts";

function step(errorType: string, usedBytes = 0) {
  const peaks = new Peaks();
  if (usedBytes > 0) peaks.note({ cpuCores: 1, memoryBytes: usedBytes, memoryTotalBytes: 1000 });
  return newStep({ name: "build", source: "runner", startedAtMs: 1000, id: "x", endedAtMs: 5000, errorType, peaks });
}

test("killedStep() tells of a step that was killed just now, with the memory that was left", () => {
  const told = { id: "x", name: "build", tookMs: 4000 };
  expect(killedStep(step(KILLED), 5000)).toEqual(told);
  expect(killedStep(step(KILLED, 900), 6000)).toEqual({ ...told, memoryBytes: 1000, leastFreeBytes: 100 });
});

test("killedStep() tells of no other step, and of none of long ago", () => {
  expect(killedStep(step("exit_code_1"), 5000)).toBeUndefined();
  expect(killedStep(step(KILLED), 66_000)).toBeUndefined();
});
