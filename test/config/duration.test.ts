import { describe, expect, test } from "bun:test";
import { formatDuration, parseDuration } from "../../src/config/duration.ts";

describe("parseDuration() reads", () => {
  test.each([
    ["60s", 60_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["0s", 0],
    ["1h1m1s1ms", 3_661_001],
  ])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));
});

describe("parseDuration() refuses", () => {
  test.each(["", "60", "-5s", "60 s or so", "1m 30s", "s", "1e3s", "5 minutes", "1y", "Infinitys"])("%p", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("formatDuration() writes", () => {
  test.each([
    [0, "0s"],
    [100, "100ms"],
    [1000, "1s"],
    [60_000, "60s"],
    [90_000, "90s"],
    [120_000, "2m"],
    [150_000, "2m30s"],
    [1500, "1s500ms"],
    [86_400_000, "24h"],
  ])("%d ms as %s, which reads back", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});
