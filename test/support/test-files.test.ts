import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./gates.ts";
import { allTestFiles, SEARCHES, testFiles } from "./test-files.ts";

/** What `bun test` takes for tests. */
const TESTS = new Bun.Glob("test/**/*{.test,_test,.spec,_spec}.{ts,tsx,js,jsx,mjs,cjs}");

test("every test is run, in one part", () => {
  const { unit, chaos, searches, others } = testFiles();
  for (const files of [unit, chaos, searches, others]) expect(files.length).toBeGreaterThan(0);
  expect([...unit, ...chaos, ...searches, ...others].toSorted()).toEqual([...TESTS.scanSync(ROOT)].toSorted());
  expect(searches.toSorted()).toEqual([...SEARCHES].toSorted());
});

test("no test makes a temporary folder that nobody removes", () => {
  // TempDir does. Thousands of folders that stayed made every new file on the machine take twenty times as long.
  expect(filesWith(/\bmkdtemp/, allTestFiles())).toEqual([]);
});

test("no unit test sleeps, or asserts how long something took", () => {
  // A clock that is handed in, loopTurns(), eventually(), and a deadline beyond the test's own say the same on any machine.
  expect(filesWith(/\bsleep\(|performance\.now\(\) -|support\/pace\.ts/, testFiles().unit)).toEqual([]);
});

test("no test leaves it to Bun to wait for a promise that rejects", () => {
  // It does, in the middle of the statement, and its types say that there is nothing to await. See rejectionOf().
  expect(filesWith(/\.(rejects|resolves)\./, allTestFiles())).toEqual([]);
});

function filesWith(pattern: RegExp, files: readonly string[]): readonly string[] {
  const others = files.filter((file) => !file.endsWith("/test-files.test.ts"));
  return others.filter((file) => pattern.test(readFileSync(join(ROOT, file), "utf8")));
}
