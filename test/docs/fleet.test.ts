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
const FEW =
  "Most of it is requests: a week of one stream is 14,000 objects. So the fewer objects, and the fewer days, the better.";
/** How long somebody waits for an answer without doing something else. */
const PATIENCE_SECONDS = 60;
const WEEK_DAYS = 7;

test("the page has the data and the seconds", () => {
  const [objects, jsonMb, storedMb] = [1, 2, 3].map((column) => sum(DATA.map((row) => Number(row[column]))));
  const dayKb = (mb = 0): string => grouped((1000 * mb) / (RUNNERS * DAYS));
  const made = `The data is synthetic: ${grouped(RUNNERS)} runners, ${DAYS} days, ${grouped(JOBS)} jobs of ten minutes, a sample of the host each half minute, written by the agent's own code with the settings above, without what the collector adds. One tenth of the machines does not compress, the others use gzip or zstd.`;
  const sizes = `${grouped((jsonMb ?? 0) / 1000, 1)} GB as JSON lines, ${grouped((storedMb ?? 0) / 1000, 1)} GB as stored, ${grouped(objects ?? 0)} objects: ${dayKb(jsonMb)} KB a runner and day, ${dayKb(storedMb)} KB as stored.`;
  const [, duckdb, clickhouse, parquet] = QUESTIONS.head;
  const head = ["Question", `${duckdb}, objects`, `${clickhouse}, objects`, parquet ?? ""];
  const rows = QUESTIONS.rows.map(([name = "", ...cells]) => [name, ...cells.map(seconds)]);
  const where = `${HEAD}. The server is versitygw on the same two cores, so a request has no way to go, but has to share them, and with other programs where the load average is above two.`;
  const table = markdownTable(head, rows, ["left", "right", "right", "right"]);
  expectGenerated(PAGE, "measured", [`${made} ${sizes}`, `Seconds. ${where}`, table, FEW].join("\n\n"));
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
  const copyDaySeconds = sum(COPIES.map(([, took]) => Number(took))) / WEEK_DAYS;
  const text = [
    `On these two cores the slowest of the five questions is answered within a minute for some ${duckdb} runners by DuckDB and ${clickhouse} by ClickHouse, over a week of objects as they are. Over Parquet it is some ${parquet}. Then the nightly copy decides: a day of ${grouped(RUNNERS)} runners takes ${seconds(String(copyDaySeconds))} s, so that an hour is enough for ${grouped(Number(((RUNNERS * 3600) / copyDaySeconds).toPrecision(1)))}.`,
    "The times grow with the runners, the jobs and the samples. At a sample each second, divide the runners by thirty. More cores help in proportion, until the line to the bucket is full: then the engine has to stand where the bucket is, and that is a server.",
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
