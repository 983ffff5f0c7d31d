/** The figures of README.md and of the page about performance are those of the committed bench. */
import { test } from "bun:test";
import { type Alignment, markdownTable } from "../support/markdown-table.ts";
import { benchRow, machineOf, spread } from "./bench-results.ts";
import { expectGenerated } from "./generated.ts";

const PAGE = "src/help/performance.md";
/** The columns of measured tables. */
const RECORDS = 2;
const P99 = 6;
const PEAK = 7;
/** Of the table at a fixed rate. */
const CPU = 3;
const RATE_PEAK = 5;

const TARGETS = [
  ["to a folder", "warp-telemetry to a folder"],
  ["nowhere (`discard:`)", "warp-telemetry, discard:"],
  ["Collector to a file", "otelcol to a file"],
  ["bare `Bun.serve`", "bare Bun.serve"],
] as const;

test("the page has the throughput", () => {
  const rows = ["json", "protobuf", "json gzip", "protobuf gzip"].map((encoding) => [
    encoding.replace("json", "JSON").replace(" gzip", ", gzip"),
    ...TARGETS.map(([, target]) => whole(benchRow("throughput", `100 × 1000 B logs, ${encoding}`, target)[RECORDS])),
  ]);
  const table = markdownTable(["Thousand records/s", ...TARGETS.map(([name]) => name)], rows, numbers(5));
  const p99 = `Of the answers, 99 % came within ${spread("throughput", P99, isOurs)} ms.`;
  const peak = `The agent used at most ${spread("throughput", PEAK, isOurs)} MiB, of which 32 MiB are a mapped ring.`;
  expectGenerated(PAGE, "throughput", `${machineOf("throughput")}\n\n${table}\n\n${p99} ${peak}`);
});

test("the page has the cost of 10,000 records a second", () => {
  const targets = ["warp-telemetry to S3", "otelcol to a file", "bare Bun.serve"] as const;
  const rows = (
    [
      ["100", "100"],
      ["512, as SDKs send them", "512"],
      ["2,700, as our collector sends them", "2700"],
    ] as const
  ).map(([name, records]) => [
    name,
    ...["json", "protobuf"].flatMap((encoding) =>
      targets.map((target) => percent(benchRow("fixedRate", `${records} × 200 B logs, ${encoding}`, target)[CPU])),
    ),
  ]);
  const head = ["Records a request", "JSON", "Collector", "bare", "protobuf", "Collector", "bare"];
  expectGenerated(PAGE, "fixed-rate", markdownTable(head, rows, numbers(7)));
});

test("the page has the growth", () => {
  const rows = ["1", "10", "100", "1000"].map((connections) => {
    const cells = benchRow("growth", "10 × 1000 B logs, json", `${connections} connections`);
    return [connections, whole(cells[RECORDS]), String(cells[P99]), String(cells[PEAK])];
  });
  const head = ["Connections", "Thousand records/s", "p99 ms", "peak MiB"];
  expectGenerated(PAGE, "growth", markdownTable(head, rows, ["right", "right", "right", "right"]));
});

test("the page has the memory and the start", () => {
  const idle = ["warp-telemetry to a folder", "bare Bun.serve", "otelcol to a file"].map((name) =>
    benchRow("idle", name),
  );
  const idleTable = markdownTable(["Idle", "CPU, % of a core", "MiB", "of that private"], idle, numbers(4));
  const [taken, answered] = ["to a connection that is taken", "to the first answer, of /health"].map(
    (name) => benchRow("starts", name)[2],
  );
  const starts = `The agent takes connections ${whole(taken)} ms after the start of the process and answers after ${whole(answered)} ms (medians).`;
  expectGenerated(PAGE, "idle", `${idleTable}\n\n${starts}`);
});

test("the page has the agent with its collector", () => {
  const rows = ["1s", "5s", "10s"].flatMap((interval) =>
    ["warp-telemetry", "its collector"].map((name) => benchRow("footprint", interval, name)),
  );
  const head = ["Host metrics every", "Process", "CPU, % of a core", "MiB", "of that private", "MB of objects an hour"];
  const alignments: readonly Alignment[] = ["left", "left", "right", "right", "right", "right"];
  expectGenerated(PAGE, "footprint", markdownTable(head, rows, alignments));
});

test("README.md has what it costs", () => {
  const [executable, collector, rings] = ["the executable", "the collector", "four rings"].map(
    (name) => benchRow("files", name)[1],
  );
  const [agentAt1s, agentAt5s] = ["1s", "5s"].map((interval) => benchRow("footprint", interval, "warp-telemetry"));
  const collectorAt1s = benchRow("footprint", "1s", "its collector");
  const busy = benchRow("fixedRate", "100 × 200 B logs, json", "warp-telemetry to S3");
  const most = spread("throughput", PEAK, ([, target = ""]) => target === "warp-telemetry to a folder");
  const rows = [
    ["Files", `${executable} MB the executable, ${collector} MB the collector, ${rings} MB four rings`],
    ["Agent, quiet", `${percent(agentAt1s?.[2])} of a core, ${agentAt1s?.[3]} MiB (${agentAt1s?.[4]} private)`],
    ["Its collector, host metrics every second", `${percent(collectorAt1s[2])} of a core, ${collectorAt1s[3]} MiB`],
    ["Agent, 10,000 records a second to S3", `${percent(busy[CPU])} of a core, ${busy[RATE_PEAK]} MiB`],
    ["Agent, as fast as it goes", `one core, ${most} MiB`],
    [
      "Uploads, host metrics alone",
      `${agentAt1s?.[5]} MB an hour at a sample a second, ${agentAt5s?.[5]} MB at one in 5 s`,
    ],
  ];
  expectGenerated("README.md", "cost", markdownTable(["What", "Cost"], rows));
});

/** Logs of 1 KB, sent to the agent. */
function isOurs([sent = "", target = ""]: readonly string[]): boolean {
  return sent.startsWith("100 × 1000 B logs") && target.startsWith("warp-telemetry");
}

function whole(value: string | undefined): string {
  return Math.round(Number(value)).toLocaleString("en-US");
}

function percent(value: string | undefined): string {
  const number = Number(value);
  return `${number < 0.1 ? number.toFixed(2) : number.toFixed(1)} %`;
}

/** A column of words, then numbers. */
function numbers(columns: number): readonly Alignment[] {
  return Array.from({ length: columns }, (_, column): Alignment => (column === 0 ? "left" : "right"));
}
