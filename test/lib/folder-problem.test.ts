import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { folderProblem } from "../../src/lib/folder-problem.ts";
import { TempDir } from "../support/temp-dir.ts";

test("folderProblem() finds none in a folder, and in one that can be made", () => {
  using directory = new TempDir();
  expect(folderProblem(directory.path)).toBeUndefined();
  expect(folderProblem(directory.file("not", "there"))).toBeUndefined();
});

test.skipIf(process.platform === "win32")("folderProblem() names what is in the way", () => {
  using directory = new TempDir();
  writeFileSync(directory.file("file"), "");
  symlinkSync("nowhere", directory.file("link"));
  mkdirSync(directory.file("folder"));
  expect(folderProblem(directory.file("file"))).toBe(`"${directory.file("file")}" is no folder`);
  expect(folderProblem(directory.file("file", "base"))).toBe(`"${directory.file("file")}" is no folder`);
  expect(folderProblem(directory.file("link", "base"))).toBe(`"${directory.file("link")}" is a link to nowhere`);
  expect(folderProblem(directory.file("folder"))).toBeUndefined();
});
