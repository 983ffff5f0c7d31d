import { expect, test } from "bun:test";
import { isSameMachine, machineId } from "../../src/lib/machine-id.ts";

test("machineId() is the same at each call", () => {
  expect(machineId()).not.toBe("");
  expect(isSameMachine(machineId(), machineId())).toBe(true);
});

test.each([
  ["id/uuid", "id/uuid", true],
  // The clone of a disk.
  ["id/uuid", "id/other", false],
  ["id/uuid", "other/uuid", false],
  // An earlier version, or an agent that may not read the second part.
  ["id", "id/uuid", true],
  ["id/uuid", "id", true],
  ["id", "other/uuid", false],
])("isSameMachine(%p, %p) is %p", (one, other, isSame) => {
  expect(isSameMachine(one, other)).toBe(isSame);
});
