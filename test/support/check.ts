/**
 * `bun run check`: what one runs before each commit, within 40 s on two cores. Format, types, lint, and the tests of the
 * source by itself, with shorter searches. Stops at the first that is not right. `bun run ok` adds the rest.
 */
import { BUN, endWith, runGates, STATIC_GATES } from "./gates.ts";
import { unitRun } from "./unit-run.ts";

/** A fifth less time than with four. Whoever waits for it can run it again, should a test have been too slow. */
const FILES_AT_ONCE = 6;

const tests = {
  what: "unit tests",
  command: [BUN, "test", "--only-failures", ...unitRun(FILES_AT_ONCE)],
  environment: { CODEC_RUNS: "40", RING_RUNS: "20" },
};

endWith(runGates([...STATIC_GATES, tests]));
