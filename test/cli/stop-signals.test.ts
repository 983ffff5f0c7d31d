import { expect, test } from "bun:test";
import { SignalPolicy } from "../../src/cli/stop-signals.ts";

test("SignalPolicy.receive() stops at the first signal, ignores its echoes, ends at one a second later", () => {
  const policy = new SignalPolicy();
  const verdicts = [5000, 5000, 5003, 5999, 6000, 6001].map((ms) => policy.receive(ms));
  expect(verdicts).toEqual(["stop", "ignore", "ignore", "ignore", "end", "end"]);
});
