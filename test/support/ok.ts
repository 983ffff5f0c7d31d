/**
 * `bun run ok`: everything that must be right, the quick things first. Installs, then format, types and lint, then builds,
 * a first run, and all tests (the import table and the golden files among them). Stops at the first that is not right;
 * with `--all` it goes on and fails at the end. Imports nothing that has to be installed first.
 */
import { join } from "node:path";
import { BUN, endWith, type Gate, ROOT, runGates, STATIC_GATES } from "./gates.ts";

const GATES: readonly Gate[] = [
  { what: "install", command: [BUN, "install", "--frozen-lockfile"] },
  ...STATIC_GATES,
  { what: "build", command: [BUN, "build.ts"] },
  { what: "smoke", command: [join(ROOT, "dist/warp-telemetry"), "--version"] },
  // The command of README.md.
  { what: "tests", command: [BUN, "run", "test"] },
];

endWith(runGates(GATES, { goesOn: process.argv.includes("--all") }));
