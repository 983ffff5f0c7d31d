/**
 * `bun run bench:footprint`: what an image carries and a runner pays. The sizes of the files, and the CPU, the memory and
 * the bytes of the agent and its collector while nothing else is sent. `--write` keeps the result in footprint.md.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { STREAMS } from "../../src/pipeline.ts";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { memoryOf, wholeCpuSecondsOf } from "../support/process-use.ts";
import { TempDir } from "../support/temp-dir.ts";

/** Time between two samples of the host, and so many processes that sleep meanwhile. */
const TRIALS = [
  ["1s", 0],
  ["5s", 0],
  ["1s", 500],
] as const;
const SETTLE_MS = 10_000;
const MEASURE_MS = 60_000;
const BLOCK_BYTES = 512;
const HEAD = [
  "host metrics every",
  "process",
  "CPU, % of a core",
  "anon MiB",
  "mapped MiB",
  "MB of objects an hour",
] as const;

const missing = needs("executable", "collector");
if (missing.missing) end(missing.title("Cannot measure the footprint"));

const rows: string[][] = [];
let ringBytes = 0;
for (const [interval, processes] of TRIALS) {
  await using _sleeping = new Child(["sh", "-c", `for n in $(seq ${processes}); do sleep 600 & done; sleep 600`]);
  await using base = await TempDir.create("bench");
  const logs = ["--collector-syslog-path", base.file("no-syslog"), "--collector-diag-glob", base.file("no-diag")];
  const flags = ["--collector-path", built("collector"), "--collector-interval", interval, ...logs];
  await using agent = await Agent.start({ executable: built("executable"), baseDirectory: base.path, flags });
  const name = processes === 0 ? interval : `${interval}, beside ${processes} processes`;
  rows.push(...(await measureAgent(agent, name)));
  ringBytes = allocatedBytes(base.file("buffer"));
  process.stderr.write(`host metrics every ${name}\n`);
}
const files = [
  ["the executable", megabytes(statSync(built("executable")).size)],
  ["the collector", megabytes(statSync(built("collector")).size)],
  ["four rings", megabytes(ringBytes)],
];
const report = `# Footprint

${new Date().toISOString().slice(0, 10)}, \`bun run bench:footprint\`, ${process.platform} ${process.arch}, Bun ${Bun.version}. Each row is ${MEASURE_MS / 1000} s of an agent with its collector. Nothing else is sent.

## On the disk

${markdownTable(["file", "MB"], files)}

## At work

${markdownTable(HEAD, rows)}
`;
process.stdout.write(report);
if (process.argv.includes("--write")) await Bun.write(join(import.meta.dir, "footprint.md"), report);

async function measureAgent(agent: Agent, trial: string): Promise<string[][]> {
  const isCollecting = async (): Promise<boolean> =>
    numberAt(await agent.stats(), "streams", "metrics", "accepted_requests") > 0;
  await eventually("the collector's metrics", isCollecting, { timeoutMs: 60_000 });
  // What the agent makes itself passes no receiver: uploaded, or still held.
  const lineBytes = async (): Promise<number> => {
    const stats = await agent.stats();
    const bytesOf = (stream: string, key: string): number => numberAt(stats, "streams", stream, key);
    return STREAMS.reduce((sum, name) => sum + bytesOf(name, "uploaded_bytes") + bytesOf(name, "ring_used_bytes"), 0);
  };
  await Bun.sleep(SETTLE_MS);
  const pids = [agent.pid, numberAt(await agent.stats(), "collector", "pid")];
  const [cpuBefore, bytesBefore, startedAtMs] = [pids.map(wholeCpuSecondsOf), await lineBytes(), performance.now()];
  await Bun.sleep(MEASURE_MS);
  const seconds = (performance.now() - startedAtMs) / 1000;
  const megabytesAnHour = (((await lineBytes()) - bytesBefore) / seconds) * (3600 / 1e6);
  return pids.map((pid, at) => {
    const cpuPercent = (100 * (wholeCpuSecondsOf(pid) - (cpuBefore[at] ?? 0))) / seconds;
    const [name, sent] = at === 0 ? ["warp-telemetry", megabytesAnHour.toFixed(1)] : ["its collector", ""];
    const { anonMib, mappedMib } = memoryOf(pid);
    return [trial, name, cpuPercent.toFixed(2), anonMib.toFixed(0), mappedMib.toFixed(0), sent];
  });
}

function allocatedBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).blocks * BLOCK_BYTES, 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function end(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
