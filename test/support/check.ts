/**
 * `bun run check`: what one runs before each commit, within 40 s on two cores. Format, types, lint, and the tests of the
 * source by itself, with shorter searches. Stops at the first that is not right. `bun run ok` adds the rest.
 */
import { BUN, endWith, runGates, STATIC_GATES } from "./gates.ts";
import { unitTests } from "./unit-tests.ts";

/** Files at once. They wait more than they work. */
const FILES_AT_ONCE = 4;
/** For a test that says nothing of it: the machine may be busy elsewhere. */
const TEST_MAX_MS = 20_000;

const tests = {
  what: "unit tests",
  command: [
    BUN,
    "test",
    `--parallel=${FILES_AT_ONCE}`,
    "--no-isolate",
    "--only-failures",
    `--timeout=${TEST_MAX_MS}`,
    ...unitTests(),
  ],
  environment: { CODEC_RUNS: "20", RING_RUNS: "20" },
};

endWith(runGates([...STATIC_GATES, tests]));
