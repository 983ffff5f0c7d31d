import { testFiles } from "./test-files.ts";

/** For a test that says nothing of it: the machine may be busy elsewhere. */
const TEST_MAX_MS = 20_000;

/** What `bun test` is told to run the tests of the source by itself, of so many files at once: they wait more than they work. */
export function unitRun(filesAtOnce: number): readonly string[] {
  return [`--parallel=${filesAtOnce}`, "--no-isolate", `--timeout=${TEST_MAX_MS}`, ...testFiles().unit];
}
