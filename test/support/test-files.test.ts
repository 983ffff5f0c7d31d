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
  const makers = allTestFiles().filter((file) => /\bmkdtemp/.test(readFileSync(join(ROOT, file), "utf8")));
  expect(makers.filter((file) => !file.endsWith("test-files.test.ts"))).toEqual([]);
});
