/**
 * `bun run fleet`: plays a fleet into a real S3 server, asks the five questions of src/help/fleet.md in each
 * engine, compares the answers with what was played, and measures.
 *
 *   --month   a month of 1,000 runners, 10 GB as JSON lines: half an hour and 20 GB of disk. Default: a day of 40
 *   --write   writes results.md beside this file, which the page is made from; with --month only
 */
import { readFileSync, statfsSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { pythonMissing } from "../clients/programs.ts";
import { built, needs } from "../support/built.ts";
import { S3Server } from "../support/s3-server.ts";
import { ask, enginePython, REQUIREMENTS } from "./engines.ts";
import { DAY, MONTH } from "./generate.ts";
import { type Loaded, loadFleet } from "./load.ts";
import { copyOf, PARQUET_VIEWS, parquetView } from "./parquet.ts";
import { QUESTIONS } from "./questions.ts";
import { type Asked, report } from "./results.ts";
import { differences, Truth } from "./truth.ts";

const DISK_GIB = 20;
const SAY_EVERY_MS = 10_000;
/** What the questions about a week read, and the day that its last jobs end in. */
const WEEK_DAYS = "day BETWEEN '2026-11-02' AND '2026-11-09'";

const args = process.argv.slice(2);
const isMonth = args.includes("--month");
const unknown = args.filter((arg) => arg !== "--month" && arg !== "--write");
if (unknown.length > 0) end(`Cannot run ${unknown.join(", ")}: --month, --write wanted`);
if (args.includes("--write") && !isMonth) end("Cannot write results.md: it holds a month, --month wanted");
const missing = pythonMissing() ?? (needs("s3").missing ? needs("s3").title("Cannot run") : undefined);
if (missing !== undefined) end(missing);
const { bavail, bsize } = statfsSync(tmpdir());
const freeGib = (bavail * bsize) / 2 ** 30;
if (isMonth && freeGib < DISK_GIB) {
  end(`Cannot play a month: ${freeGib.toFixed(0)} GiB are free in ${tmpdir()}, ${DISK_GIB} wanted`);
}

const plan = isMonth ? MONTH : DAY;
const python = await enginePython();
await using server = await S3Server.start(built("s3"));
const truth = new Truth();
let saidAtMs = performance.now();
const loaded = await loadFleet(plan, server, (run, soFar) => {
  truth.add(run);
  if (performance.now() - saidAtMs < SAY_EVERY_MS) return;
  saidAtMs = performance.now();
  sayProgress(soFar);
});
const wanted = truth.answers();

const faults: string[] = [];
const json = new Map<string, readonly Asked[]>();
for (const engine of ["duckdb", "clickhouse"] as const) json.set(engine, await asked(engine, QUESTIONS));
const copies = new Map(PARQUET_VIEWS.map((view) => [view, copyOf(view, WEEK_DAYS, server.bucket)]));
const copied = await asked("duckdb", copies);
const parquetViews = PARQUET_VIEWS.map((view) => parquetView(view, server.bucket)).join("\n");
const parquet = await asked("duckdb", QUESTIONS, parquetViews);
const parquetBytes = await server.bytesBelow("parquet");

const text = report({ head: head(), plan, loaded, json, copied, parquet, parquetBytes });
process.stdout.write(`\n${text}`);
if (args.includes("--write")) await Bun.write(join(import.meta.dir, "results.md"), text);
for (const fault of faults) say(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

async function asked(
  engine: "duckdb" | "clickhouse",
  queries: ReadonlyMap<string, string>,
  setup = "",
): Promise<Asked[]> {
  const answers: Asked[] = [];
  for await (const { name, seconds, rows } of ask(python, engine, server, queries, setup)) {
    say(`${engine}: ${name}: ${seconds.toFixed(1)} s, ${rows.length} rows`);
    answers.push({ name, seconds });
    const truly = wanted.get(name);
    if (truly !== undefined) faults.push(...differences(rows, truly).map((one) => `${engine}: ${name}: ${one}`));
  }
  return answers;
}

function head(): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? "?"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const engines = readFileSync(REQUIREMENTS, "utf8").trim().replaceAll("==", " ").split("\n");
  const load = `load average ${(loadavg()[2] ?? 0).toFixed(1)}`;
  const day = new Date().toISOString().slice(0, 10);
  return [day, machine, load, `${process.platform} ${release()}`, ...engines].join(" · ");
}

function sayProgress({ jobs, streams }: Loaded): void {
  const bytes = Object.values(streams).reduce((sum, { jsonBytes }) => sum + jsonBytes, 0);
  const all = 2 * plan.runners * plan.days;
  say(`${Math.floor((100 * jobs) / all)} %: ${jobs} of ${all} jobs, ${(bytes / 1e9).toFixed(1)} GB as JSON lines`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function end(message: string): never {
  say(message);
  process.exit(2);
}
