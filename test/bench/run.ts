/**
 * `bun run bench`: how fast, how large and how quiet the built executable is, beside a bare `Bun.serve`, a Collector
 * that writes to a file and rotel, in the same run on the same machine. What is measured has one core, the load the other.
 *
 *   --quick            two minutes instead of thirty; for a first look, not for the record
 *   --write            writes results.md beside this file, which others are made from: headings and columns are kept
 *   throughput | growth | fixed-rate | fairness | idle | memory   only these parts; with --write their chapters are replaced
 *                      and say that they are of another day or machine
 */
import { statfsSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { built, needs } from "../support/built.ts";
import type { Chapter } from "./chapter.ts";
import { fairness } from "./fairness.ts";
import { fixedRate } from "./fixed-rate.ts";
import { growth } from "./growth.ts";
import { idle } from "./idle.ts";
import { memory } from "./memory.ts";
import { resultsText, withChapters } from "./results-file.ts";
import { installRotel } from "./rotel.ts";
import { throughput } from "./throughput.ts";
import { warmMemory } from "./warm-memory.ts";

/**
 * Rounds are short: Linux begins to write to the disk when a tenth of the memory waits for it, and a target writes up to
 * 1 GB/s. `diskGib` is for what is kept until all cold rounds are over.
 */
const QUICK = {
  diskGib: 4,
  warmMib: 4096,
  throughput: { warmUpMs: 700, measureMs: 400, rounds: 1 },
  cold: { warmUpMs: 700, measureMs: 400, rounds: 1 },
  growth: { warmUpMs: 200, measureMs: 500, rounds: 1 },
  fixedRate: { warmUpMs: 500, measureMs: 2500, rounds: 1, recordsPerRequest: [512] },
  fairnessRounds: 2,
  idle: { settleMs: 1000, idleMs: 3000, starts: 5 },
  memory: { limitsMib: [96, 48], measureMs: 5000, rounds: 1 },
} as const;
const FULL = {
  diskGib: 20,
  warmMib: Number.POSITIVE_INFINITY,
  throughput: { warmUpMs: 1000, measureMs: 1500, rounds: 5 },
  cold: { warmUpMs: 1000, measureMs: 1000, rounds: 3 },
  growth: { warmUpMs: 1000, measureMs: 2000, rounds: 3 },
  fixedRate: { warmUpMs: 3000, measureMs: 6000, rounds: 3, recordsPerRequest: [100, 512, 2700] },
  fairnessRounds: 8,
  idle: { settleMs: 5000, idleMs: 20_000, starts: 20 },
  memory: { limitsMib: [128, 112, 96, 80, 72, 64, 56, 48, 40], measureMs: 20_000, rounds: 2 },
} as const;

const args = process.argv.slice(2);
const times = args.includes("--quick") ? QUICK : FULL;
const PARTS: Readonly<Record<string, () => Promise<readonly Chapter[]>>> = {
  throughput: runThroughput,
  growth: () => growth(times.growth, say),
  "fixed-rate": () => fixedRate(times.fixedRate, say),
  fairness: () => fairness(times.fairnessRounds, say),
  idle: () => idle(times.idle, say),
  memory: () => memory(times.memory, say),
};

const parts = args.filter((arg) => !arg.startsWith("--"));
const flags = new Set(["--quick", "--write"]);
const unknown = args.filter((arg) => !flags.has(arg) && PARTS[arg] === undefined);
const missing = needs("executable", "collector", "s3");
if (unknown.length > 0)
  end(`Cannot run ${unknown.join(", ")}: --quick, --write, ${Object.keys(PARTS).join(", ")} wanted`);
if (missing.missing) end(missing.title("Cannot run the bench"));
if (args.includes("--write") && args.includes("--quick")) end("Cannot write results.md: it holds full runs");
if (Bun.which("taskset") === null || cpus().length < 2) end("Cannot run the bench: taskset and two cores wanted");
const { bavail, bsize } = statfsSync(tmpdir());
const freeGib = (bavail * bsize) / 2 ** 30;
if (freeGib < times.diskGib) {
  end(`Cannot run the bench: ${freeGib.toFixed(0)} GiB are free in ${tmpdir()}, ${times.diskGib} wanted`);
}

const startedAtMs = performance.now();
const rotel = await installRotel();
const circumstances = { date: new Date().toISOString().slice(0, 10), machine: machine() };
const results = Bun.file(join(import.meta.dir, "results.md"));
const isWritten = args.includes("--write");
const chapters: Chapter[] = [];
for (const part of parts.length > 0 ? parts : Object.keys(PARTS)) chapters.push(...((await PARTS[part]?.()) ?? []));
process.stdout.write(`\n${resultsText(circumstances, chapters)}`);
if (isWritten) {
  const isWhole = parts.length === 0;
  const text = isWhole
    ? resultsText(circumstances, chapters)
    : withChapters(await results.text(), circumstances, chapters);
  await results.write(text);
}
say(`done in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);

async function runThroughput(): Promise<Chapter[]> {
  const { throughput: warm, cold, warmMib } = times;
  const rotelMissing = "missing" in rotel ? rotel.missing : undefined;
  return await throughput({ warm, cold, rotelMissing, warmMemory: () => warmMemory(warmMib), say });
}

function machine(): string {
  const [cpu] = cpus();
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0);
  const quick = times === QUICK ? " · a quick run: figures are rough" : "";
  return (
    `${cpus().length} × ${cpu?.model ?? "?"}, ${memoryGib} GiB, ` +
    `${process.platform} ${release()} · Bun ${Bun.version} · warp-telemetry ${versionOf(built("executable"))} · ` +
    `${versionOf(built("collector"))} · ${"version" in rotel ? rotel.version : "no rotel"}${quick}`
  );
}

function versionOf(program: string): string {
  return Bun.spawnSync([program, "--version"]).stdout.toString().trim();
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function end(message: string): never {
  say(message);
  process.exit(2);
}
