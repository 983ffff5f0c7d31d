/** The figures of README.md and of the page about performance are those of the committed bench. */
import { test } from "bun:test";
import { type Alignment, markdownTable } from "../support/markdown-table.ts";
import { benchRow, benchRows, figure, MACHINE, memory, type Row, spread } from "./bench-results.ts";
import { expectGenerated } from "./generated.ts";

const PAGE = "src/help/performance.md";
const RECORDS = "thousand records/s";
const CPU = "CPU, % of a core";
const FOLDER = "warp-telemetry to a folder";
const OURS = new Set([FOLDER, "warp-telemetry, discard:"]);

const TARGETS = [
  ["to a folder", FOLDER],
  ["nowhere (`discard:`)", "warp-telemetry, discard:"],
  ["Collector to a file", "otelcol to a file"],
  ["bare `Bun.serve`", "bare Bun.serve"],
] as const;

test("the page has the throughput", () => {
  const rows = ["json", "protobuf", "json gzip", "protobuf gzip"].map((encoding) => [
    encoding.replace("json", "JSON").replace(" gzip", ", gzip"),
    ...TARGETS.map(([, target]) =>
      whole(figure(benchRow("throughput", `100 × 1000 B logs, ${encoding}`, target), RECORDS)),
    ),
  ]);
  const table = markdownTable(["Thousand records/s", ...TARGETS.map(([name]) => name)], rows, numbers(5));
  const ours = benchRows("throughput").filter((row) => isOurs(row) && row["what is sent"]?.startsWith("100 × 1000 B"));
  const p99 = `99 % of the answers took at most ${spread(ours.map((row) => figure(row, "p99 ms")))} ms.`;
  const most = `The agent used ${spread(ours.map(memory))} MiB, of which 32 MiB are a mapped ring.`;
  expectGenerated(PAGE, "throughput", `${MACHINE}\n\n${table}\n\n${p99} ${most}`);
});

test("the page has the cost of 10,000 records a second", () => {
  const targets = ["warp-telemetry to S3", "otelcol to a file", "bare Bun.serve"] as const;
  const batches = [
    ["100", "100"],
    ["512, as SDKs send them", "512"],
    ["2,700, as our collector sends them", "2700"],
  ] as const;
  const rows = batches.map(([name, records]) => [
    name,
    ...["json", "protobuf"].flatMap((encoding) =>
      targets.map((target) => percent(benchRow("fixedRate", `${records} × 200 B logs, ${encoding}`, target))),
    ),
  ]);
  const head = ["Records a request", "JSON", "Collector", "bare", "protobuf", "Collector", "bare"];
  expectGenerated(PAGE, "fixed-rate", markdownTable(head, rows, numbers(7)));
});

test("the page has the growth", () => {
  const rows = ["1", "10", "100", "1000"].map((connections) => {
    const row = benchRow("growth", "10 × 1000 B logs, json", `${connections} connections`);
    return [connections, whole(figure(row, RECORDS)), String(figure(row, "p99 ms")), whole(memory(row))];
  });
  const head = ["Connections", "Thousand records/s", "p99 ms", "MiB"];
  expectGenerated(PAGE, "growth", markdownTable(head, rows, ["right", "right", "right", "right"]));
});

test("the page has the memory and the start", () => {
  const rows = [FOLDER, "bare Bun.serve", "otelcol to a file"].map((name) => {
    const row = benchRow("idle", name);
    return [name, percent(row), whole(memory(row)), whole(figure(row, "anon MiB"))];
  });
  const table = markdownTable(["Idle", CPU, "MiB", "of that private"], rows, numbers(4));
  const [taken, answered] = benchRows("start").map((row) => whole(figure(row, "median")));
  const starts = `The agent takes connections ${taken} ms after the start of the process and answers after ${answered} ms (medians).`;
  expectGenerated(PAGE, "idle", `${table}\n\n${starts}`);
});

test("the page has the agent with its collector", () => {
  const rows = benchRows("footprint").map((row) => [
    ...Object.values(row).slice(0, 2),
    percent(row),
    whole(memory(row)),
    whole(figure(row, "anon MiB")),
    row["MB of objects an hour"] ?? "",
  ]);
  const head = ["Host metrics every", "Process", CPU, "MiB", "of that private", "MB of objects an hour"];
  const alignments: readonly Alignment[] = ["left", "left", "right", "right", "right", "right"];
  expectGenerated(PAGE, "footprint", markdownTable(head, rows, alignments));
});

test("README.md has what it costs", () => {
  const [executable, collector, rings] = benchRows("files").map((row) => row["MB"]);
  const [at1s, at5s] = ["1s", "5s"].map((interval) => benchRow("footprint", interval, "warp-telemetry"));
  const collectorAt1s = benchRow("footprint", "1s", "its collector");
  const busy = benchRow("fixedRate", "100 × 200 B logs, json", "warp-telemetry to S3");
  const flatOut = benchRows("throughput").filter((row) => row["to"] === FOLDER);
  const sent = [at1s, at5s].map((row = {}) => row["MB of objects an hour"]);
  const rows = [
    ["Files", `${executable} MB the executable, ${collector} MB the collector, ${rings} MB four rings`],
    ["Agent, quiet", `${cost(at1s ?? {})} (${whole(figure(at1s ?? {}, "anon MiB"))} private)`],
    ["Its collector, host metrics every second", cost(collectorAt1s)],
    ["Agent, 10,000 records a second to S3", cost(busy)],
    ["Agent, as fast as it goes", `one core, ${spread(flatOut.map(memory))} MiB`],
    ["Uploads, host metrics alone", `${sent[0]} MB an hour at a sample a second, ${sent[1]} MB at one in 5 s`],
  ];
  expectGenerated("README.md", "cost", markdownTable(["What", "Cost"], rows));
});

function isOurs(row: Row): boolean {
  return OURS.has(row["to"] ?? "");
}

function cost(row: Row): string {
  return `${percent(row)} of a core, ${whole(memory(row))} MiB`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function percent(row: Row): string {
  const value = figure(row, CPU);
  return `${value.toFixed(value < 1 ? 2 : 1)} %`;
}

/** A column of words, then numbers. */
function numbers(columns: number): readonly Alignment[] {
  return Array.from({ length: columns }, (_, column): Alignment => (column === 0 ? "left" : "right"));
}
