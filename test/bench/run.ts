/**
 * `bun run bench`: how fast, how large and how quiet the built executable is, beside a bare `Bun.serve` and a Collector
 * that writes to a file, in the same run on the same machine. What is measured has one core, the load the other.
 *
 *   --quick            a minute and a half instead of ten; for a first look, not for the record
 *   --write            writes results.md beside this file
 *   throughput | growth | fixed-rate | idle   only these parts
 */
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { built, needs } from "../support/built.ts";
import { fixedRate } from "./fixed-rate.ts";
import { growth } from "./growth.ts";
import { idle } from "./idle.ts";
import { throughput } from "./throughput.ts";
import { warmMemory } from "./warm-memory.ts";

const QUICK = {
  warmMib: 1024,
  rounds: 1,
  throughput: { warmUpMs: 700, measureMs: 400 },
  growth: { warmUpMs: 200, measureMs: 500 },
  fixedRate: { warmUpMs: 500, measureMs: 3000 },
  idle: { settleMs: 1000, idleMs: 3000, starts: 5 },
} as const;
const FULL = {
  warmMib: 4096,
  rounds: 3,
  throughput: { warmUpMs: 1500, measureMs: 2500 },
  growth: { warmUpMs: 1000, measureMs: 4000 },
  fixedRate: { warmUpMs: 10_000, measureMs: 20_000 },
  idle: { settleMs: 5000, idleMs: 20_000, starts: 20 },
} as const;

const args = process.argv.slice(2);
const times = args.includes("--quick") ? QUICK : FULL;
const PARTS: Readonly<Record<string, readonly [title: string, run: () => Promise<string>]>> = {
  throughput: ["As fast as it goes, 8 connections", () => throughput(times.throughput, times.rounds, say)],
  growth: ["How it grows, discard:", () => growth(times.growth, say)],
  "fixed-rate": ["10,000 records/s of 200 B", () => fixedRate(times.fixedRate, say)],
  idle: ["Idle, and starting", () => idle(times.idle, say)],
};

const parts = args.filter((arg) => !arg.startsWith("--"));
const flags = new Set(["--quick", "--write"]);
const unknown = args.filter((arg) => !flags.has(arg) && PARTS[arg] === undefined);
const missing = needs("executable", "collector", "s3");
if (unknown.length > 0)
  end(`Cannot run ${unknown.join(", ")}: --quick, --write, ${Object.keys(PARTS).join(", ")} wanted`);
if (missing.missing) end(missing.title("Cannot run the bench"));
if (Bun.which("taskset") === null || cpus().length < 2) end("Cannot run the bench: taskset and two cores wanted");

const startedAtMs = performance.now();
await warmMemory(times.warmMib);
const chapters = [`# Bench\n\n${machine()}`];
for (const part of parts.length > 0 ? parts : Object.keys(PARTS)) {
  const [title, run] = PARTS[part] ?? end(`Cannot run ${part}`);
  chapters.push(`## ${title}\n\n${await run()}`);
}
const report = `${chapters.join("\n\n")}\n`;
process.stdout.write(`\n${report}`);
if (args.includes("--write")) await Bun.write(join(import.meta.dir, "results.md"), report);
say(`done in ${((performance.now() - startedAtMs) / 1000).toFixed(0)} s`);

function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const quick = times === QUICK ? " A quick run: figures are rough." : "";
  return (
    `${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpu?.model ?? "?"}, ${memory} GiB, ` +
    `${process.platform} ${release()} · Bun ${Bun.version} · warp-telemetry ${versionOf(built("executable"))} · ` +
    `${versionOf(built("collector"))}.${quick} Each target has one core to itself, the load generator another. ` +
    "Records are log records or data points; bytes are those of bodies before compression."
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
