/**
 * `bun run test`: everything the tests stand on, then the tests. On a fresh clone it installs the locked dependencies,
 * builds the executable, the collector and the S3 server (minutes, once), and leaves the results in
 * `test-results/junit.xml`. Arguments go to `bun test`. Imports nothing that has to be installed first.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installGoTool, VERSITYGW } from "./go-tool.ts";

const ROOT = join(import.meta.dir, "../..");
const RESULTS = "test-results/junit.xml";
/** Tests at once, of the files that bunfig.toml lists: an agent and a sender each, on two cores. */
const CONCURRENT_TESTS = 3;

/** Runs this very bun, which need not be in PATH, and ends the run when a step fails. */
function bun(...args: readonly string[]): void {
  const code = exitCodeOf(args);
  if (code !== 0) process.exit(code);
}

function exitCodeOf(args: readonly string[]): number {
  const step = Bun.spawnSync([process.execPath, ...args], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return step.exitCode;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

bun("install", "--frozen-lockfile");
bun("build.ts");
if (Bun.which("go") === null) {
  say('There is no "go" in PATH: the tests that need the collector or the S3 server are skipped.');
} else {
  bun("build.ts", "--collector");
  await installGoTool(VERSITYGW, say);
}

rmSync(join(ROOT, RESULTS), { force: true });
mkdirSync(join(ROOT, "test-results"), { recursive: true });
const flags = ["--reporter=junit", `--reporter-outfile=${RESULTS}`, `--max-concurrency=${CONCURRENT_TESTS}`];
process.exit(exitCodeOf(["test", ...flags, ...process.argv.slice(2)]));
