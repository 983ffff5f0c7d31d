/**
 * `bun run test`: everything the tests stand on, then the tests. On a fresh clone it installs the locked dependencies,
 * builds the executable, the collector and the S3 server (minutes, once), and leaves the results in `test-results/*.xml`.
 * Arguments go to `bun test`, which then runs once. Imports nothing that has to be installed first.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { join } from "node:path";
import { failuresOf } from "./failures.ts";
import { ROOT } from "./gates.ts";
import { installGoTool, VERSITYGW } from "./go-tool.ts";
import { testFiles } from "./test-files.ts";
import { unitRun } from "./unit-run.ts";

/** Without path. */
const RESULTS = "test-results";
/** Tests at once, of the files that bunfig.toml lists: an agent and a sender each, on two cores. */
const CONCURRENT_TESTS = 3;
/** Files at once, of the tests of the source by itself. */
const FILES_AT_ONCE = 4;
/** As nice(1) has it. */
const LESS_URGENT = 10;

/** One run of `bun test`. */
interface Part {
  readonly name: string;
  readonly args: readonly string[];
}

/** Runs this very bun, which need not be in PATH, and ends the run when a step fails. */
async function step(...args: readonly string[]): Promise<void> {
  const child = Bun.spawn([process.execPath, ...args], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
  const code = await child.exited;
  if (code !== 0) process.exit(code);
}

/**
 * True when all of its tests have passed. One that runs `isBesideOthers` has the processor when they leave it, and says all
 * at its end.
 */
async function run({ name, args }: Part, { isBesideOthers = false } = {}): Promise<boolean> {
  const results = ["--reporter=junit", `--reporter-outfile=${join(RESULTS, `${name}.xml`)}`];
  const command = [process.execPath, "test", ...results, `--max-concurrency=${CONCURRENT_TESTS}`, ...args];
  const output = isBesideOthers ? "pipe" : "inherit";
  const child = Bun.spawn(command, { cwd: ROOT, stdio: ["ignore", output, output] });
  if (isBesideOthers) {
    setPriority(child.pid, LESS_URGENT);
    const texts = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    process.stderr.write(texts.join(""));
  }
  return (await child.exited) === 0;
}

async function textOf(stream: ReadableStream<Uint8Array> | undefined): Promise<string> {
  return stream === undefined ? "" : await new Response(stream).text();
}

/** Once more at the end, because thousands of lines may follow on a failure. */
function sayFailures(): void {
  const files = readdirSync(join(ROOT, RESULTS)).map((file) => join(ROOT, RESULTS, file));
  const failures = files.flatMap((file) => failuresOf(readFileSync(file, "utf8")));
  if (failures.length > 0) say(`\nFailed:\n\n${failures.join("\n\n")}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await step("install", "--frozen-lockfile");
await step("build.ts");
if (Bun.which("go") === null) {
  say('There is no "go" in PATH: the tests that need the collector or the S3 server are skipped.');
} else {
  // While the one compiles, the other waits for its modules.
  await Promise.all([step("build.ts", "--collector"), installGoTool(VERSITYGW, say)]);
}

rmSync(join(ROOT, RESULTS), { recursive: true, force: true });
mkdirSync(join(ROOT, RESULTS), { recursive: true });
const wanted = process.argv.slice(2);
const { chaos, searches, others } = testFiles();
const passed =
  wanted.length > 0
    ? [await run({ name: "wanted", args: wanted })]
    : [
        await run({ name: "unit", args: unitRun(FILES_AT_ONCE) }),
        ...(await Promise.all([
          run({ name: "searches", args: searches }, { isBesideOthers: true }),
          run({ name: "chaos", args: chaos }),
        ])),
        await run({ name: "others", args: others }),
      ];
sayFailures();
process.exit(passed.every(Boolean) ? 0 : 1);
