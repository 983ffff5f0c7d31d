import { expect, test } from "bun:test";
import { TimeLeft } from "../../src/cli/time-left.ts";

test("TimeLeft says how far it is, and how long it takes when it can know", () => {
  let nowMs = 5000;
  const left = new TimeLeft(() => nowMs);
  expect(left.text(0, 100)).toBe("░░░░░░░░░░░░░░░░░░░░   0 %");
  nowMs += 900;
  expect(left.text(10, 100)).toBe("██░░░░░░░░░░░░░░░░░░  10 %");
  nowMs += 4100;
  expect(left.text(25, 100)).toBe("█████░░░░░░░░░░░░░░░  25 %, 15 s left");
  expect(left.text(100, 100)).toBe("████████████████████ 100 %, 0 s left");
  expect(left.text(0, 0)).toContain("100 %");
});
