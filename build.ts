/**
 * Builds what is built, and starts it from a fresh checkout. Imports nothing that has to be installed first.
 *
 *   bun build.ts               the executable, dist/warp-telemetry
 *   bun build.ts --page        the page of the agent, src/live/page.html, which is committed
 *   bun build.ts --collector   the OpenTelemetry Collector, dist/otelcol (needs Go; minutes the first time)
 *   bun build.ts --start …     all that is missing, then the executable with the arguments that follow
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isReceiving } from "./src/cli/command-names.ts";
import { buildCollector } from "./src/collector/distribution/build-collector.ts";
import { buildPage, PAGE_FILE } from "./src/executable/build-page.ts";
import { hideRuntimeVariables } from "./src/executable/hide-runtime-variables.ts";
import { version } from "./package.json";

const ROOT = import.meta.dir;
const DIST = join(ROOT, "dist");
const NAME = process.platform === "win32" ? "warp-telemetry.exe" : "warp-telemetry";
const EXECUTABLE = join(DIST, NAME);
const COLLECTOR = join(DIST, process.platform === "win32" ? "otelcol.exe" : "otelcol");

switch (process.argv[2]) {
  case undefined:
    buildExecutable();
    break;
  case "--page":
    installDependencies();
    await writePage();
    break;
  case "--collector":
    await buildCollector({ outFile: COLLECTOR, log: say });
    break;
  case "--start":
    await start(process.argv.slice(3));
    break;
  default:
    say(`Cannot build "${process.argv[2]}": nothing, --page, --collector or --start`);
    process.exit(2);
}

function buildExecutable(): void {
  installDependencies();
  // By another process: this one has looked for packages before they were there, and does not look again.
  bun("build.ts", "--page");
  // Built under its own name (the name is inside the file) in a folder of its own, then put in place in one step: an
  // agent that runs from the old file is not disturbed.
  const folder = join(DIST, "build");
  const outfile = join(folder, NAME);
  mkdirSync(folder, { recursive: true });
  bun(
    "build",
    "--compile",
    // NODE_ENV is else fixed to "development" (seen in Bun 1.4.5, whose help says otherwise).
    "--production",
    "--minify",
    "--bytecode",
    // What is imported when it is needed (the AWS libraries, zlib) is loaded only then: 6 MB of memory less at idle.
    "--splitting",
    // Top-level await, and no path of this machine in the file.
    "--format=esm",
    // File and line in the stack of an uncaught error, instead of a kilobyte of minified source.
    "--sourcemap",
    // The working directory may be a job's checkout: its .env and bunfig.toml (preload!) are not ours to run.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    // Headers of 64 KiB and a line of 1 KiB, where Bun's own limit is 16 KiB. connection-cap.ts counts on it.
    `--compile-exec-argv=--max-http-header-size=${65 * 1024}`,
    `--define=BUILD_VERSION=${JSON.stringify(version)}`,
    // The Worker is found beside whatever part of the program starts it.
    "--entry-naming=[name].[ext]",
    `--outfile=${outfile}`,
    "src/main.ts",
    "src/http/decode-worker.ts",
  );
  // macOS would refuse a file that is not as it was signed, and Windows' files have another form.
  if (process.platform === "linux") hideRuntimeVariables(Bun.mmap(outfile, { shared: true }));
  renameSync(outfile, EXECUTABLE);
  rmSync(folder, { recursive: true });
}

/** Touches the file only when the page is another: it is a source of the executable. */
async function writePage(): Promise<void> {
  const page = await buildPage(ROOT);
  const file = Bun.file(join(ROOT, PAGE_FILE));
  if (!(await file.exists()) || (await file.text()) !== page) await Bun.write(file, page);
}

async function start(args: readonly string[]): Promise<void> {
  if (isOutdated()) {
    say("building the executable …");
    buildExecutable();
  }
  if (isReceiving(args) && !existsSync(COLLECTOR) && !args.includes("--no-collector")) await buildCollectorIfPossible();
  process.exitCode = await runAgent(args);
}

/**
 * Ctrl-C goes to everything in the terminal at once: npx and bun go away, and the terminal's hang-up would cut the
 * drain short. So this process stays until the agent has given its report. Other signals are passed on; the agent takes
 * one that comes twice within a second for one.
 */
async function runAgent(args: readonly string[]): Promise<number> {
  const agent = Bun.spawn([EXECUTABLE, ...args], { stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => agent.kill(signal));
  return agent.exited;
}

/** The receiver works without a collector, and `/health` says what is missing. */
async function buildCollectorIfPossible(): Promise<void> {
  say("building the collector, once, some minutes …");
  try {
    await buildCollector({ outFile: COLLECTOR, log: say });
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\ngoing on without: no host metrics, no syslog`);
  }
}

/** Older than anything it is made of, or not there. */
function isOutdated(): boolean {
  if (!existsSync(EXECUTABLE)) return true;
  const builtAtMs = statSync(EXECUTABLE).mtimeMs;
  const sources = [
    "build.ts",
    "package.json",
    "bun.lock",
    ...readdirSync(join(ROOT, "src"), { recursive: true }).map((file) => join("src", String(file))),
  ];
  return sources.some((file) => statSync(join(ROOT, file)).mtimeMs > builtAtMs);
}

function installDependencies(): void {
  const lock = join(ROOT, "bun.lock");
  const stamp = join(ROOT, "node_modules", ".installed");
  if (existsSync(stamp) && statSync(stamp).mtimeMs > statSync(lock).mtimeMs) return;
  say("installing the locked dependencies …");
  bun("install", "--frozen-lockfile");
  Bun.spawnSync(["touch", stamp]);
}

/** Runs this very bun, which need not be in PATH, and ends the build when it fails. */
function bun(...args: readonly string[]): void {
  const step = Bun.spawnSync([process.execPath, ...args], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  if (step.exitCode === 0) return;
  process.stderr.write(step.stderr);
  process.exit(step.exitCode);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
