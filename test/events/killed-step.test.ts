import { describe, expect, test } from "bun:test";
import { type KillCause, killVerdict, type KilledStepFacts } from "../../src/events/killed-step.ts";

const GIB = 2 ** 30;
const FACTS: KilledStepFacts = {
  exitCode: 137,
  canSeeOomKills: true,
  oomKills: 0,
  oomKillsOfStep: 0,
  lowestAvailableBytes: 6 * GIB,
  memoryBytes: 8 * GIB,
};

describe("killVerdict()", () => {
  test.each<[string, Partial<KilledStepFacts>, KillCause]>([
    ["with memory to spare", {}, "memory_to_spare"],
    ["another exit code, whatever else was seen", { exitCode: 1, oomKills: 3, oomKillsOfStep: 3 }, "not_killed"],
    ["a kill in the step", { oomKills: 1, oomKillsOfStep: 1 }, "oom_kill"],
    ["a kill somewhere, with memory to spare on the machine", { oomKills: 1 }, "oom_kill_meanwhile"],
    ["hardly any memory, and no kill", { lowestAvailableBytes: 0.1 * GIB }, "memory_low"],
    ["kills that nobody could see", { canSeeOomKills: false }, "unknown"],
    ["memory that nobody looked at", { lowestAvailableBytes: undefined }, "unknown"],
    ["memory of a size that nobody knows", { memoryBytes: undefined }, "unknown"],
  ])("%s", (_, change, cause) => {
    const verdict = killVerdict({ ...FACTS, ...change });
    expect(verdict.cause).toBe(cause);
    expect(verdict.text).not.toBe("");
  });
});
