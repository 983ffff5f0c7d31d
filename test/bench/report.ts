/**
 * `bun run bench:report`: how fast a report is made of how much, and in how much memory. A played job of eight hours, whose
 * objects are as large as wanted: half of them what steps print, the rest host metrics, processes and logs of programs.
 * `--gb 5` says how large (default: 5), `--write` keeps the result in report.md.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Stream } from "../../src/pipeline.ts";
import { metricsLine, Played, PLAYED_AT_MS, playedJob, resourceOf } from "../report/played.ts";
import { built, needs } from "../support/built.ts";
import { CHROMIUM } from "../support/chromium.ts";
import { Child } from "../support/child.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { peakBytes } from "../support/peak-memory.ts";
import { TempDir } from "../support/temp-dir.ts";
import { median } from "./summary.ts";

const JOB_MS = 8 * 60 * 60 * 1000;
const STEPS = 40;
const OBJECT_BYTES = 8 * 1024 * 1024;
const RECORDS = 500;
const WORDS = [
  "compiling",
  "linking",
  "downloading",
  "ok",
  "warning:",
  "src/module",
  "in 0.3 s",
  "\u001b[32mpassed\u001b[0m",
];
const LOADS = 5;
const LOOK_EVERY_MS = 50;
const ENDS_WITHIN_MS = 10 * 60 * 1000;

const missing = needs("executable");
if (missing.missing) throw new Error(missing.title("Cannot measure the report"));
const wantedGb = Number(process.argv[process.argv.indexOf("--gb") + 1] ?? 5) || 5;

await using folder = await TempDir.create("bench-report");
const rows: string[][] = [];
const objectBytes = writeObjects(join(folder.path, "objects"), wantedGb * 1e9);
for (const format of ["html", "csv"]) rows.push(await measure(format));
const paints = await paintsOf(folder.file("report.html"));
const report = `# Report

${new Date().toISOString().slice(0, 10)}, \`bun run bench:report\`, ${process.platform} ${process.arch}, Bun ${Bun.version}. A job of eight hours with ${STEPS} steps, ${(objectBytes / 1e9).toFixed(1)} GB of objects, read on one core.

${markdownTable(["format", "seconds", "MB a second", "peak RSS, MB", "size of the file, MB"], rows)}

${paints}
`;
process.stdout.write(report);
if (process.argv.includes("--write")) await Bun.write(join(import.meta.dir, "report.md"), report);

async function measure(format: string): Promise<string[]> {
  const output = folder.file(`report.${format}`);
  const command = [built("executable"), "report", join(folder.path, "objects"), "--format", format, "-o", output];
  const startedAtMs = performance.now();
  await using child = new Child(["taskset", "-c", "0", ...command]);
  let peak = 0;
  const look = setInterval(() => {
    try {
      // A process that has ended, and that nobody has asked for yet, has none.
      peak = Math.max(peak, peakBytes(child.pid) || 0);
    } catch {
      // It has ended.
    }
  }, LOOK_EVERY_MS);
  const { code } = await child.ended(ENDS_WITHIN_MS);
  clearInterval(look);
  if (code !== 0) throw new Error(`Cannot measure the report: exit code ${code}: ${child.output}`);
  const seconds = (performance.now() - startedAtMs) / 1000;
  return [
    format,
    seconds.toFixed(1),
    (objectBytes / 1e6 / seconds).toFixed(0),
    (peak / 1e6).toFixed(0),
    (statSync(output).size / 1e6).toFixed(1),
  ];
}

/** How soon a browser shows something of the page, and all its charts: the median of some loads of the file. */
async function paintsOf(path: string): Promise<string> {
  if (CHROMIUM === undefined) return "No browser was there to open the page.";
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const [paintsMs, chartsMs]: [number[], number[]] = [[], []];
  for (let load = 0; load < LOADS; load++) {
    const page = await browser.newPage();
    await page.goto(`file://${path}`, { waitUntil: "commit" });
    await page.locator("#charts canvas").first().waitFor();
    const { paintMs, nowMs } = await page.evaluate(() => ({
      paintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
      nowMs: performance.now(),
    }));
    paintsMs.push(paintMs);
    chartsMs.push(nowMs);
    await page.close();
  }
  await browser.close();
  return `In Chromium the first paint of the page comes after ${median(paintsMs).toFixed(0)} ms, and its charts after ${median(chartsMs).toFixed(0)} ms: medians of ${LOADS} loads from the file.`;
}

/** The bytes that were written. */
function writeObjects(path: string, wantedBytes: number): number {
  const played = new Played(path);
  const stepMs = JOB_MS / STEPS;
  const steps = Array.from({ length: STEPS }, (_, at) => {
    const fromMs = PLAYED_AT_MS + at * stepMs;
    return { id: `step-${at}`, name: `Step ${at}`, fromMs, toMs: fromMs + stepMs, lines: [`step ${at}`] };
  });
  const job = playedJob({ toMs: PLAYED_AT_MS + JOB_MS, steps });
  played.job(job);
  const objects = Math.ceil(wantedBytes / OBJECT_BYTES);
  let written = 0;
  for (let at = 0; at < objects; at++) {
    const atMs = PLAYED_AT_MS + Math.floor(((at + 0.5) / objects) * JOB_MS);
    const stream = (["gha-logs", "gha-logs", "logs", "metrics"] as const)[at % 4] ?? "gha-logs";
    const key = played.write(stream, atMs, linesOf(stream, atMs, `step-${Math.floor((at * STEPS) / objects)}`));
    written += statSync(join(path, key)).size;
  }
  return written;
}

function linesOf(stream: Stream, atMs: number, stepId: string): readonly (Uint8Array | string)[] {
  const lines: (Uint8Array | string)[] = [];
  let [bytes, n] = [0, 0];
  while (bytes < OBJECT_BYTES) {
    const line =
      stream === "metrics"
        ? metricsLine(resourceOf("runner-1"), atMs + n, atMs + n + 5000)
        : logsLine(atMs + n, stepId, n);
    lines.push(line);
    bytes += line.length;
    n++;
  }
  return lines;
}

function logsLine(atMs: number, stepId: string, seed: number): string {
  const logRecords = Array.from({ length: RECORDS }, (_, at) => ({
    timeUnixNano: `${atMs}${String(at).padStart(6, "0")}`,
    severityNumber: (seed + at) % 977 === 0 ? 17 : 9,
    body: { stringValue: textOf(seed * RECORDS + at) },
    attributes: [
      { key: "log.file.name", value: { stringValue: "page.log" } },
      { key: "cicd.pipeline.task.run.id", value: { stringValue: stepId } },
    ],
  }));
  const attributes = [
    { key: "host.name", value: { stringValue: "runner-1" } },
    { key: "cicd.pipeline.task.run.id", value: { stringValue: "job-1" } },
  ];
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] });
}

function textOf(seed: number): string {
  return Array.from({ length: 4 + (seed % 9) }, (_, at) => WORDS[(seed * 7 + at * 13) % WORDS.length])
    .concat(String(seed))
    .join(" ");
}
