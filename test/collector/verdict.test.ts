import { describe, expect, test } from "bun:test";
import { type CollectorFacts, verdictOf } from "../../src/collector/verdict.ts";

const FACTS: CollectorFacts = {
  state: "running",
  stateMs: 1000,
  quietMs: 0,
  tried: ["/a", "/b"],
  skipped: [],
  isCrashLoop: false,
};
const OPEN_TO_ALL = { path: "/a", reason: '"/a" can be written by everybody', remedy: 'chmod go-w "/a"' };

describe("verdictOf()", () => {
  test.each([
    ["a collector that runs", {}],
    ["a first start that takes its time", { state: "starting", stateMs: 29_000 }],
    ["one that runs after a crash", { lastExit: "signal SIGKILL" }],
  ] as const)("%s is healthy", (_, facts) => {
    expect(verdictOf({ ...FACTS, ...facts })).toEqual({ status: "healthy" });
  });

  test.each([
    ["absent", { state: "absent" }, '"/a", "/b"'],
    ["one that root does not run", { state: "absent", skipped: [OPEN_TO_ALL] }, '"/a" can be written by everybody'],
    ["a start that takes too long", { state: "starting", stateMs: 31_000 }, "not ready after 31 s"],
    ["a start after a crash", { state: "starting", lastExit: "exit code 1" }, "exit code 1"],
    ["waiting to start again", { state: "backing-off", lastExit: "exit code 1" }, "exit code 1"],
    ["a crash loop", { state: "crash-loop", isCrashLoop: true, lastExit: "exit code 1" }, "Crash loop"],
    ["a crash loop's next attempt", { isCrashLoop: true, lastExit: "exit code 1" }, "running for 1 s"],
    ["silent", { state: "silent", stateMs: 0, quietMs: 60_000 }, "60 s"],
    ["stopped", { state: "stopped" }, "stopped"],
    ["no system log", { problem: { reason: "Cannot read", remedy: "chmod" } }, "Cannot read"],
  ] as const)("%s is degraded, with reason and remedy", (_, facts, reason) => {
    const verdict = verdictOf({ ...FACTS, ...facts });
    expect(verdict).toEqual({
      status: "degraded",
      reason: expect.stringContaining(reason),
      remedy: expect.any(String),
    });
  });
});
