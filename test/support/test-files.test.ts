import { expect, test } from "bun:test";
import { ROOT } from "./gates.ts";
import { SEARCHES, testFiles } from "./test-files.ts";

/** What `bun test` takes for tests. */
const TESTS = new Bun.Glob("test/**/*{.test,_test,.spec,_spec}.{ts,tsx,js,jsx,mjs,cjs}");

test("every test is run, in one part", () => {
  const { unit, chaos, searches, others } = testFiles();
  for (const files of [unit, chaos, searches, others]) expect(files.length).toBeGreaterThan(0);
  expect([...unit, ...chaos, ...searches, ...others].toSorted()).toEqual([...TESTS.scanSync(ROOT)].toSorted());
  expect(searches.toSorted()).toEqual([...SEARCHES].toSorted());
});
