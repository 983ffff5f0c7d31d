import { expect, test } from "bun:test";
import { didYouMean } from "../../src/config/did-you-mean.ts";

test.each([
  ["prot", "port"],
  ["pushFrequency", "push_frequency"],
  ["stauts", "status"],
  ["hots", "host"],
])("didYouMean() finds %s to be %s", (word, meant) => {
  expect(didYouMean(word, ["port", "host", "push_frequency", "status"])).toBe(meant);
});

test("didYouMean() prefers the nearest candidate", () => {
  expect(didYouMean("collector_paths", ["collector_part", "collector_path"])).toBe("collector_path");
});

test("didYouMean() says nothing rather than something far-fetched", () => {
  expect(didYouMean("proxy", ["port", "host", "enabled"])).toBeUndefined();
  expect(didYouMean("abc", ["axy"])).toBeUndefined();
});
