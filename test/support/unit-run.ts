import { testFiles } from "./test-files.ts";

/** Files at once. They wait more than they work. */
const FILES_AT_ONCE = 6;
/** For a test that says nothing of it: the machine may be busy elsewhere. */
const TEST_MAX_MS = 20_000;

/** What `bun test` is told to run the tests of the source by itself. */
export function unitRun(): readonly string[] {
  return [`--parallel=${FILES_AT_ONCE}`, "--no-isolate", `--timeout=${TEST_MAX_MS}`, ...testFiles().unit];
}
