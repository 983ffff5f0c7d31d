/** The figures of the page about a fleet are those of the committed results. */
import { test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { headAndRows, markdownTable } from "../support/markdown-table.ts";
import { expectGenerated } from "./generated.ts";

const PAGE = "src/help/fleet.md";
const RESULTS = readFileSync(join(import.meta.dir, "../fleet/results.md"), "utf8");
const [HEAD = ""] = /^\d{4}-\d\d-\d\d · .*?(?=\. Runners:)/m.exec(RESULTS) ?? [];
const RUNNERS = numberAfter("Runners: ");
const DAYS = numberAfter("Days: ");
const JOBS = numberAfter("Jobs: ");
const DATA = headAndRows(RESULTS, "## Data").rows;
const QUESTIONS = headAndRows(RESULTS, "## Questions");
const COPIES = headAndRows(RESULTS, "## Parquet").rows;
const PARQUET_MB = Number(/^All copies together: ([\d.]+) MB/m.exec(RESULTS)?.[1]);
/** How long somebody waits for an answer without doing something else. */
const PATIENCE_SECONDS = 60;

test("the page has the data", () => {
  const [objects, jsonMb, storedMb] = [1, 2, 3].map((column) => sum(DATA.map((row) => Number(row[column]))));
  const dayKb = (mb = 0): string => grouped((1000 * mb) / (RUNNERS * DAYS));
  const made = `The data is synthetic: ${grouped(RUNNERS)} runners, ${DAYS} days, ${grouped(JOBS)} jobs of ten minutes, a sample of the host each half minute, written by the agent's own code with the settings above, without what the collector adds. One tenth of the machines does not compress, the others use gzip or zstd.`;
  const sizes = `${grouped((jsonMb ?? 0) / 1000, 1)} GB as JSON lines, ${grouped((storedMb ?? 0) / 1000, 1)} GB as stored, ${grouped(objects ?? 0)} objects: ${dayKb(jsonMb)} KB a runner and day, ${dayKb(storedMb)} KB as stored.`;
  expectGenerated(PAGE, "data", `${made} ${sizes}`);
});

test("the page has the seconds", () => {
  const [, duckdb, clickhouse, parquet] = QUESTIONS.head;
  const head = ["Question", `${duckdb}, objects`, `${clickhouse}, objects`, parquet ?? ""];
  const rows = QUESTIONS.rows.map(([name = "", ...cells]) => [name, ...cells.map(seconds)]);
  const where = `${HEAD}. The server is versitygw on the same two cores, so a request has no way to go, but has to share them.`;
  const table = markdownTable(head, rows, ["left", "right", "right", "right"]);
  expectGenerated(PAGE, "seconds", `${where}\n\n${table}`);
});

test("the page has the copies", () => {
  const all = sum(COPIES.map(([, took]) => Number(took)));
  const each = COPIES.map(([view, took]) => `\`${view}\` ${seconds(took)}`).join(", ");
  const text = `DuckDB took ${grouped(all)} s for a week of ${grouped(RUNNERS)} runners (in seconds: ${each}). The copies have ${grouped(PARQUET_MB)} MB.`;
  expectGenerated(PAGE, "parquet", text);
});

test("the page says when a laptop is not enough", () => {
  const slowest = [1, 2, 3].map((column) => Math.max(...QUESTIONS.rows.map((row) => Number(row[column]))));
  const [duckdb, clickhouse, parquet] = slowest.map((took) => runnersFor(took));
  const text = [
    `A question about a week takes as long as the objects of that week. On these two cores the slowest of the five is answered within a minute for ${duckdb} runners by DuckDB and for ${clickhouse} by ClickHouse. Over Parquet it is some ${parquet}: then it is the nightly copy that decides, which has to end before the next one.`,
    `These figures grow in proportion with the runners, the jobs and the samples: at a sample each second, divide them by thirty. A laptop with eight cores has four times as much, unless its line to the bucket is slower than its cores.`,
  ];
  expectGenerated(PAGE, "laptop", text.join("\n\n"));
});

/** Two digits of it: it is an estimate. */
function runnersFor(tookSeconds: number): string {
  return grouped(Number(((RUNNERS * PATIENCE_SECONDS) / tookSeconds).toPrecision(2)));
}

function seconds(text = ""): string {
  const value = Number(text);
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function grouped(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function numberAfter(words: string): number {
  return Number(new RegExp(`${words}(\\d+)`).exec(RESULTS)?.[1]);
}
