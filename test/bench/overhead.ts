/**
 * `bun run bench:overhead`: how much longer a busy job takes with the agent and its collector beside it. The job is a
 * build of Go's `net/http` and all below it on all cores, with and without in turn. `--write` keeps the result in
 * overhead.md.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { memoryOf, wholeCpuSecondsOf } from "../support/process-use.ts";
import { TempDir } from "../support/temp-dir.ts";
import { meanWithInterval } from "./interval.ts";
import { median } from "./summary.ts";

/** Some ten minutes on two cores. */
const PAIRS = Number(Bun.env["OVERHEAD_PAIRS"] ?? 12);
/** What the start of an agent has cost is over by then. */
const SETTLE_MS = 5000;
const WANTED_MAX_PERCENT = 1;

/** One run of the job. */
interface Run {
  readonly seconds: number;
}

interface RunBeside extends Run {
  readonly agentPercent: number;
  readonly collectorPercent: number;
  readonly agentAnonMib: number;
  readonly collectorAnonMib: number;
}

const missing = needs("executable", "collector");
if (missing.missing) end(missing.title("Cannot measure the overhead"));
if (Bun.which("go") === null) end('Cannot measure the overhead: there is no "go" in PATH');

await job(); // Fills the page cache with the compiler and the sources.
const [alone, beside]: [Run[], RunBeside[]] = [[], []];
for (let pair = 0; pair < PAIRS; pair++) {
  // Who goes first has the cooler processor.
  if (pair % 2 === 0) alone.push(await job());
  beside.push(await jobBeside());
  if (pair % 2 === 1) alone.push(await job());
  const [without, withAgent] = [alone.at(-1)?.seconds ?? 0, beside.at(-1)?.seconds ?? 0];
  process.stderr.write(`pair ${pair + 1}: ${without.toFixed(2)} s alone, ${withAgent.toFixed(2)} s beside the agent\n`);
}
const longerPercents = alone.map(({ seconds }, pair) => 100 * ((beside[pair]?.seconds ?? seconds) / seconds - 1));
const { mean, halfWidth } = meanWithInterval(longerPercents);
const of = (figure: (run: RunBeside) => number): number => median(beside.map(figure));
const rows = [
  ["the job alone, s", median(alone.map(({ seconds }) => seconds)).toFixed(2)],
  ["the job beside the agent, s", of(({ seconds }) => seconds).toFixed(2)],
  ["longer, % (mean and 95 % interval)", `${mean.toFixed(2)} ± ${halfWidth.toFixed(2)}`],
  ["wanted, %", `at most ${WANTED_MAX_PERCENT}`],
  ["CPU of the agent, % of a core", of(({ agentPercent }) => agentPercent).toFixed(2)],
  ["CPU of its collector, % of a core", of(({ collectorPercent }) => collectorPercent).toFixed(2)],
  ["private memory of the agent, MiB", of(({ agentAnonMib }) => agentAnonMib).toFixed(0)],
  ["private memory of its collector, MiB", of(({ collectorAnonMib }) => collectorAnonMib).toFixed(0)],
];
const report = `# Overhead

${new Date().toISOString().slice(0, 10)}, \`bun run bench:overhead\`, ${process.platform} ${process.arch}, ${availableParallelism()} cores, Bun ${Bun.version}. The job builds Go's \`net/http\` and everything below it, without a cache. ${PAIRS} pairs of runs, one with and one without the agent, in turn; the interval is of the pairs' ratios. Figures are medians.

${markdownTable(["figure", "value"], rows)}
`;
process.stdout.write(report);
if (process.argv.includes("--write")) await Bun.write(join(import.meta.dir, "overhead.md"), report);

async function job(): Promise<Run> {
  await using cache = await TempDir.create("bench");
  const startedAtMs = performance.now();
  const build = Bun.spawn(["go", "build", "-a", "net/http"], {
    cwd: cache.path,
    env: { ...Bun.env, GOCACHE: cache.file("cache"), GOFLAGS: "", CGO_ENABLED: "0" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await build.exited) !== 0) end("Cannot measure the overhead: the job failed");
  return { seconds: (performance.now() - startedAtMs) / 1000 };
}

async function jobBeside(): Promise<RunBeside> {
  await using base = await TempDir.create("bench");
  const flags = ["--collector-path", built("collector")];
  await using agent = await Agent.start({ executable: built("executable"), baseDirectory: base.path, flags });
  const metrics = async (): Promise<number> => numberAt(await agent.stats(), "streams", "metrics", "accepted_requests");
  await eventually("the collector's metrics", async () => (await metrics()) > 0, { timeoutMs: 60_000 });
  await Bun.sleep(SETTLE_MS);
  const pids = [agent.pid, numberAt(await agent.stats(), "collector", "pid")] as const;
  const before = pids.map(wholeCpuSecondsOf);
  const run = await job();
  const [agentPercent = 0, collectorPercent = 0] = pids.map(
    (pid, at) => (100 * (wholeCpuSecondsOf(pid) - (before[at] ?? 0))) / run.seconds,
  );
  const [agentAnonMib, collectorAnonMib] = [memoryOf(pids[0]).anonMib, memoryOf(pids[1]).anonMib];
  return { ...run, agentPercent, collectorPercent, agentAnonMib, collectorAnonMib };
}

function end(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
