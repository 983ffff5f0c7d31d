import { expect, test } from "bun:test";
import { globMistake } from "../../src/config/glob.ts";

test.each([
  "/runner/_diag/*.log",
  "/runner/_diag/**/*.{log,txt}",
  "/runner/{a,{b,[cd]}}/x.log",
  "/runner/[]]x/[!a]/*.log",
  String.raw`/runner/\[x/\{y.log`,
  String.raw`C:\{a,b}\_diag\*.log`,
  "/runner/x]/y}.log",
])("globMistake() lets through %s", (glob) => {
  expect(globMistake(glob)).toBeUndefined();
});

test.each([
  ["/runner/[0-9*.log", "]"],
  ["/runner/[]", "]"],
  ["/runner/*.{log", "}"],
  ["/runner/{a,{b}", "}"],
])("globMistake() finds the one in %s", (glob, missing) => {
  expect(globMistake(glob)).toStartWith(`a "${missing}" for every`);
});
