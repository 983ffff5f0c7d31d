import { describe, expect, test } from "bun:test";
import { nextSecond } from "../../src/upload/next-second.ts";
import { msUntilSeal, type SealState } from "../../src/upload/seal-rule.ts";

describe("nextSecond()", () => {
  const at = { nowMs: 100_400, lastSecond: 99, mayRunAhead: false };
  test.each([
    ["the clock's own second when it is free", at, { second: 100 }],
    ["a wait for the next one when it is taken", { ...at, lastSecond: 100 }, { waitMs: 600 }],
    ["the next one at once under pressure", { ...at, lastSecond: 100, mayRunAhead: true }, { second: 101 }],
    ["the one after the last when the clock jumped back", { ...at, lastSecond: 3700 }, { second: 3701 }],
    ["the clock's again when it jumped forward", { ...at, nowMs: 3_700_000 }, { second: 3700 }],
  ])("is %s", (_, clock, expected) => {
    expect(nextSecond(clock)).toEqual(expected);
  });
});

describe("msUntilSeal()", () => {
  const limits = { bufferLines: 10, objectMaxBytes: 1000, pushFrequencyMs: 60_000 };
  const source: SealState = {
    unsealedLines: 1,
    unsealedBytes: 10,
    usedBytes: 10,
    capacityBytes: 10_000,
    oldestUnsealedAtMs: 5000,
  };
  test.each<[string, Partial<SealState>, number]>([
    ["the rest of push_frequency", {}, 55_000],
    ["nothing for an old line", { oldestUnsealedAtMs: -60_000 }, 0],
    ["nothing for a line of an earlier run", { oldestUnsealedAtMs: Number.NEGATIVE_INFINITY }, 0],
    ["nothing for enough lines", { unsealedLines: 10 }, 0],
    ["nothing for enough bytes", { unsealedBytes: 1000 }, 0],
    ["nothing when the longest line might not fit behind what is held", { usedBytes: 3751 }, 0],
    ["the rest while it would", { usedBytes: 3750 }, 55_000],
    ["for ever when there is no line", { oldestUnsealedAtMs: undefined }, Number.POSITIVE_INFINITY],
  ])("is %s", (_, change, expected) => {
    expect(msUntilSeal({ ...source, ...change }, limits, 10_000)).toBe(expected);
  });
});
