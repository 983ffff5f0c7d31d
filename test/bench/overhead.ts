/**
 * `bun run bench:overhead`: how much longer a busy job takes with the agent and its collector beside it. The job never
 * ends; the two are stopped and continued in turn, every two seconds, so that both halves of a pair meet the same machine.
 * `--minutes 20` says how long (default), `--write` keeps the result in overhead.md.
 */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { cpuSecondsOf, memoryOf, TICK_SECONDS } from "../support/process-use.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { BusyJob, type MeanUnit } from "./busy-job.ts";
import { intervalText, middleWithInterval } from "./interval.ts";

/** Of one slice. */
interface Slice {
  readonly unit: MeanUnit;
  /** CPU of the two and of all processes, in seconds. */
  readonly takenSeconds: number;
  readonly busySeconds: number;
}

/** Two slices beside each other. */
interface Pair {
  readonly alone: Slice;
  readonly beside: Slice;
}

const { values } = parseArgs({ options: { minutes: { type: "string", default: "20" }, write: { type: "boolean" } } });
const MINUTES = Number(values.minutes);
/**
 * Short beside what else goes on: what a virtual machine gets changes by a tenth within seconds. What is due meanwhile is
 * done when the agent is continued, so it does its work of four seconds in each two: more than in life.
 */
const SLICE_MS = 2000;
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

const pairs: Pair[] = [];
/** CPU of each of the two, beside the job. */
const takenSeconds: number[] = [];
{
  await using job = await BusyJob.start();
  await Bun.sleep(SLICE_MS);
  for (let pair = 0; pair < PAIRS; pair++) {
    // Who goes first changes, so that what grows with the time is on neither side.
    const isAloneFirst = pair % 2 === 0;
    const [first, second] = [await slice(job, isAloneFirst), await slice(job, !isAloneFirst)];
    const [alone, beside] = isAloneFirst ? [first, second] : [second, first];
    pairs.push({ alone, beside });
    const [aloneMs, besideMs] = [alone.unit.wallMs.toFixed(1), beside.unit.wallMs.toFixed(1)];
    process.stderr.write(`pair ${pair + 1} of ${PAIRS}: ${aloneMs} ms alone, ${besideMs} beside\n`);
  }
  for (const pid of pids) process.kill(pid, "SIGCONT");
}
const cpuPercents = pids.map((_, at) => (100 * (takenSeconds[at] ?? 0)) / ((PAIRS * SLICE_MS) / 1000));
const anonMib = pids.map((pid) => memoryOf(pid).anonMib);
/** What the job loses to the two, beside what its own work costs more. */
const byCpu = ({ alone, beside }: Pair): number =>
  (beside.unit.cpuMs / alone.unit.cpuMs) * (1 + beside.takenSeconds / (beside.busySeconds - beside.takenSeconds));
const rows = [
  ["a unit of the job alone, ms", meanOf(({ alone }) => alone.unit.wallMs).toFixed(1)],
  ["a unit beside the agent, ms", meanOf(({ beside }) => beside.unit.wallMs).toFixed(1)],
  ["longer by the clock, % (95 % interval)", longer(({ alone, beside }) => beside.unit.wallMs / alone.unit.wallMs)],
  ["CPU time of a unit, % more (95 % interval)", longer(({ alone, beside }) => beside.unit.cpuMs / alone.unit.cpuMs)],
  ["longer by CPU, % (95 % interval)", longer(byCpu)],
  ["wanted, %", `at most ${WANTED_MAX_PERCENT}`],
  ["CPU of the agent, % of a core", cpuPercents[0]?.toFixed(2) ?? ""],
  ["CPU of its collector, % of a core", cpuPercents[1]?.toFixed(2) ?? ""],
  ["private memory of the agent, MiB", anonMib[0]?.toFixed(0) ?? ""],
  ["private memory of its collector, MiB", anonMib[1]?.toFixed(0) ?? ""],
];
const report = `# Overhead

${new Date().toISOString().slice(0, 10)}, \`bun run bench:overhead\`, ${process.platform} ${process.arch}, ${availableParallelism()} cores, Bun ${Bun.version}. The job compiles a file of C on each core, again and again; one compilation is a unit. The agent and its collector, at their defaults and with a folder as destination, were stopped and continued in turn, ${SLICE_MS / 1000} s each, ${PAIRS} pairs. What is longer is the mean of the middle four fifths of the pairs' ratios, the interval is of that.

"By CPU" leaves out the time in which a unit waits while the host runs other machines: a job that keeps all cores busy is longer by the CPU that the two take from it, and by what its own work costs more beside them (caches, changes of process). What the kernel does for the two in threads of its own is not counted there. On a virtual machine the CPU time of a unit changes within seconds as its time by the clock does, so that interval is no narrower.

${markdownTable(["figure", "value"], rows)}
`;
process.stdout.write(report);
if (values.write === true) await Bun.write(join(import.meta.dir, "overhead.md"), report);

async function slice(job: BusyJob, isAlone: boolean): Promise<Slice> {
  for (const pid of pids) process.kill(pid, isAlone ? "SIGSTOP" : "SIGCONT");
  const [startMs, taken, busy] = [performance.now(), pids.map(cpuSecondsOf), busySeconds()];
  await Bun.sleep(SLICE_MS);
  const gone = pids.map((pid, at) => cpuSecondsOf(pid) - (taken[at] ?? 0));
  for (const [at, seconds] of gone.entries()) takenSeconds[at] = (takenSeconds[at] ?? 0) + seconds;
  return {
    unit: job.mean(startMs, performance.now()),
    takenSeconds: gone.reduce((sum, seconds) => sum + seconds, 0),
    busySeconds: busySeconds() - busy,
  };
}

/** Of all processes and the kernel, without what the host ran others for (proc(5), /proc/stat). */
function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    /^cpu +(.*)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]?.split(" ").map(Number) ?? [];
  return (user + nice + system + irq + softirq) * TICK_SECONDS;
}

function meanOf(figure: (pair: Pair) => number): number {
  return pairs.reduce((sum, pair) => sum + figure(pair), 0) / pairs.length;
}

/** In percent. */
function longer(ratioOf: (pair: Pair) => number): string {
  return intervalText(middleWithInterval(pairs.map((pair) => 100 * (ratioOf(pair) - 1))), 2);
}

function end(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
