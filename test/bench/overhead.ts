/**
 * `bun run bench:overhead`: how much longer a busy job takes with the agent and its collector beside it. The job never
 * ends; the two are stopped and continued in turn, every two seconds, so that both halves of a pair meet the same machine.
 * `--minutes 20` says how long (default), `--write` keeps the result in overhead.md.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { memoryOf, wholeCpuSecondsOf } from "../support/process-use.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { BusyJob } from "./busy-job.ts";
import { middleWithInterval } from "./interval.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "20" }, write: { type: "boolean" } } });
const MINUTES = Number(values.minutes);
/**
 * Short beside what else goes on: what a virtual machine gets changes by a tenth within seconds. What is due meanwhile is
 * done when the agent is continued, so it does its work of four seconds in each two: more than in life.
 */
const SLICE_MS = 2000;
/** A unit is of one side only. */
const SETTLE_MS = 100;
const PAIRS = Math.ceil((MINUTES * 60_000) / (2 * SLICE_MS));
const WANTED_MAX_PERCENT = 1;

const missing = needs("executable", "collector");
if (missing.missing) end(missing.title("Cannot measure the overhead"));
if (Bun.which("gcc") === null) end('Cannot measure the overhead: there is no "gcc" in PATH');

await using store = await FolderStore.start();
await using base = await TempDir.create("bench");
const flags = ["--collector-path", built("collector"), "--destination", store.folder];
await using agent = await Agent.start({ executable: built("executable"), baseDirectory: base.path, flags });
const metrics = async (): Promise<number> => numberAt(await agent.stats(), "streams", "metrics", "accepted_requests");
await eventually("the collector's metrics", async () => (await metrics()) > 0, { timeoutMs: 60_000 });
const pids = [agent.pid, numberAt(await agent.stats(), "collector", "pid")] as const;

const ratios: number[] = [];
const unitsMs: { readonly alone: number; readonly beside: number }[] = [];
let besideMs = 0;
let before: readonly number[] = [];
{
  await using job = await BusyJob.start();
  await Bun.sleep(SLICE_MS);
  before = pids.map(wholeCpuSecondsOf);
  for (let pair = 0; pair < PAIRS; pair++) {
    // Who goes first changes, so that what grows with the time is on neither side.
    const [first, second] = pair % 2 === 0 ? (["alone", "beside"] as const) : (["beside", "alone"] as const);
    const found = { [first]: await slice(job, first), [second]: await slice(job, second) };
    const { alone = Number.NaN, beside = Number.NaN } = found;
    unitsMs.push({ alone, beside });
    ratios.push(100 * (beside / alone - 1));
    process.stderr.write(`pair ${pair + 1} of ${PAIRS}: ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} beside\n`);
  }
  for (const pid of pids) process.kill(pid, "SIGCONT");
}
const cpuPercents = pids.map((pid, at) => (100 * (wholeCpuSecondsOf(pid) - (before[at] ?? 0))) / (besideMs / 1000));
const anonMib = pids.map((pid) => memoryOf(pid).anonMib);
const { middle, from, to } = middleWithInterval(ratios);
const meanOf = (figure: (one: (typeof unitsMs)[number]) => number): number =>
  unitsMs.reduce((sum, one) => sum + figure(one), 0) / unitsMs.length;
const rows = [
  ["a unit of the job alone, ms", meanOf(({ alone }) => alone).toFixed(1)],
  ["a unit beside the agent, ms", meanOf(({ beside }) => beside).toFixed(1)],
  ["longer, % (95 % interval)", `${middle.toFixed(2)} (${from.toFixed(2)} to ${to.toFixed(2)})`],
  ["wanted, %", `at most ${WANTED_MAX_PERCENT}`],
  ["CPU of the agent, % of a core", cpuPercents[0]?.toFixed(2) ?? ""],
  ["CPU of its collector, % of a core", cpuPercents[1]?.toFixed(2) ?? ""],
  ["private memory of the agent, MiB", anonMib[0]?.toFixed(0) ?? ""],
  ["private memory of its collector, MiB", anonMib[1]?.toFixed(0) ?? ""],
];
const report = `# Overhead

${new Date().toISOString().slice(0, 10)}, \`bun run bench:overhead\`, ${process.platform} ${process.arch}, ${availableParallelism()} cores, Bun ${Bun.version}. The job compiles a file of C on each core, again and again; one compilation is a unit. The agent and its collector, at their defaults and with a folder as destination, were stopped and continued in turn, ${SLICE_MS / 1000} s each, ${PAIRS} pairs. What is longer is the mean of the middle four fifths of the pairs' ratios, the interval is of that. The first tenth of a second after each change is left out.

${markdownTable(["figure", "value"], rows)}
`;
process.stdout.write(report);
if (values.write === true) await Bun.write(join(import.meta.dir, "overhead.md"), report);

/** The mean duration of the job's units in one slice. */
async function slice(job: BusyJob, kind: "alone" | "beside"): Promise<number> {
  for (const pid of pids) process.kill(pid, kind === "alone" ? "SIGSTOP" : "SIGCONT");
  const startMs = performance.now();
  await Bun.sleep(SLICE_MS);
  const endMs = performance.now();
  if (kind === "beside") besideMs += endMs - startMs;
  return job.meanMs(startMs + SETTLE_MS, endMs) ?? Number.NaN;
}

function end(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
