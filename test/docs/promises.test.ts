/** What README.md and the page about the promises say of chaos is what the committed results say. */
import { expect, test } from "bun:test";
import { markdownTable } from "../support/markdown-table.ts";
import { chaosResults, type ChaosRow, grouped, sumOf } from "./chaos-results.ts";
import { expectGenerated, expectGeneratedLine } from "./generated.ts";

const PAGE = "src/help/promises.md";
const { date, command, minutes, kills, collector, rows } = chaosResults();
const KILLS = ["folder: ALL", "s3: ALL", "warpbuild: ALL"] as const;

/** What was done, and the rows that count it. */
const GROUPS: readonly (readonly [what: string, prefixes: readonly string[]])[] = [
  [
    `${grouped(kills)} × kill -9 while the agent writes, seals, asks for a URL, uploads or recovers. In between SIGTERM, clock steps of an hour and other ring sizes. To a folder, to S3 and to the WarpBuild API, which fail at random.`,
    KILLS,
  ],
  [
    "The store refuses, resets, hangs, is slow, redirects, answers 403, 408, 429, 500 or 503, or stores and loses the answer. The API is slow, hangs, answers 401, 500 or HTML, gives one URL twice, or URLs that expire in a second.",
    ["outage s3: ALL", "outage warpbuild: ALL"],
  ],
  ["SIGTERM with a working, a slow and a dead store, and SIGTERM twice.", ["stop: ALL"]],
  ["The disk is full, the base directory is read-only or deleted, a second agent starts.", ["disk: ALL"]],
  ["The kernel kills the agent because memory ran out.", ["oom: ALL"]],
  ["The real Collector sends. It or the agent is killed, or the store is away.", ["otelcol as sender:"]],
  ["Lines are written into the system log and the runner's log until the SIGTERM.", ["sources:"]],
  ["A collector crashes, floods its output, ignores SIGTERM or leaves children behind.", ["bad collector: ALL"]],
  ["Senders at full speed against a slow store, among them slow ones and ones that stall.", ["overload:"]],
  ["SIGTERM with four full rings.", ["drain:"]],
];

const SYSTEMS: readonly (readonly [system: string, prefix: string])[] = [
  ["warp-telemetry", "warp-telemetry:"],
  ["Collector, file exporter", "otelcol, file exporter:"],
  ["Collector, OTLP exporter, queue in memory", "otelcol, otlphttp exporter, queue in memory:"],
  ["Collector, OTLP exporter, queue on disk", "otelcol, otlphttp exporter, queue on disk:"],
];
const FAULTS: readonly (readonly [fault: string, suffix: string])[] = [
  ["kill -9", " kill -9"],
  ["SIGTERM", " SIGTERM"],
  ["store away, then SIGTERM", " store away, then SIGTERM"],
];

test("the page about the promises has the results of chaos", () => {
  const cells = GROUPS.map(([what, prefixes]) => {
    const { acknowledged, missing, doubled } = sumOf(rows, ...prefixes);
    return [what, grouped(acknowledged), grouped(missing), grouped(doubled)];
  });
  const table = markdownTable(["What was done", "Acknowledged", "Missing", "Doubled"], cells, [
    "left",
    "right",
    "right",
    "right",
  ]);
  const kill = sumOf(rows, ...KILLS);
  const drain = sumOf(rows, "drain:");
  expectGenerated(
    PAGE,
    "chaos",
    `From \`${command}\`, ${date}, ${minutes} minutes on two cores. After a kill the agent answered again within ${seconds(kill)}. Four full rings (4 × 32 MiB) were delivered to a local S3 server within ${seconds(drain)} of the SIGTERM.\n\n${table}`,
  );
});

test("the page about the promises has the comparison with the Collector", () => {
  const cells = SYSTEMS.flatMap(([system, prefix]) =>
    FAULTS.flatMap(([fault, suffix]) => {
      const row = rows.find((one) => one.fault === `${prefix}${suffix}`);
      return row === undefined
        ? []
        : [[system, fault, grouped(row.acknowledged), grouped(row.missing), grouped(row.doubled)]];
    }),
  );
  const head = ["What", "Fault, ten times", "Acknowledged", "Missing", "Doubled"];
  expectGenerated(PAGE, "side-by-side", markdownTable(head, cells, ["left", "left", "right", "right", "right"]));
  const text = `The same kills, stops and outages for OpenTelemetry Collector ${collector}, ten times each, with three ways to keep its data:`;
  expectGeneratedLine(PAGE, "The same kills", text);
});

test("README.md has the sum of it", () => {
  const { acknowledged, missing, doubled } = sumOf(rows, ...GROUPS.flatMap(([, prefixes]) => prefixes));
  const run = `The last long run, ${date}: ${grouped(kills)} × kill -9 and every other fault`;
  const found = `${grouped(acknowledged)} acknowledged requests, ${missing} missing, ${doubled} doubled`;
  expectGeneratedLine("README.md", "The last long run", `${run}, ${found}.`);
});

test("nothing that the results tell is left out of the page", () => {
  const told = [...GROUPS.flatMap(([, prefixes]) => prefixes), ...SYSTEMS.map(([, prefix]) => prefix)];
  // Their lines are set aside or were never acknowledged, and the page says so in words.
  const other = ["damage:"];
  const families = new Set(rows.map(({ fault }) => fault.slice(0, fault.indexOf(":") + 1)));
  const isTold = (family: string): boolean => [...told, ...other].some((prefix) => prefix.startsWith(family));
  expect([...families].filter((family) => !isTold(family))).toEqual([]);
});

function seconds({ recoveryMs }: Pick<ChaosRow, "recoveryMs">): string {
  return `${((recoveryMs ?? 0) / 1000).toFixed(1)} s`;
}
