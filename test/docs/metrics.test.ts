/** The tables of counters and gauges keep to the conventions of Prometheus, and the page about operations has them. */
import { describe, expect, test } from "bun:test";
import { AGENT_METRICS, PART_HEALTH } from "../../src/stats/agent-metrics.ts";
import type { Metric, MetricTable } from "../../src/stats/metric.ts";
import { JOB_METRICS } from "../../src/stats/job-metrics.ts";
import { COLLECTOR_METRICS, EVENT_METRICS, HOST_METRICS, RUNNER_METRICS } from "../../src/stats/part-metrics.ts";
import { STREAM_METRICS } from "../../src/stats/stream-metrics.ts";
import { expectGenerated } from "./generated.ts";
import { markdownTable } from "../support/markdown-table.ts";

const PREFIX = "warp_telemetry_";
const PAGE = "src/help/operations.md";

/** Where each table's keys are in `/stats`. */
const TABLES: readonly (readonly [name: string, path: string, table: MetricTable])[] = [
  ["metrics of a stream", "streams.*.", STREAM_METRICS],
  ["metrics of the agent", "", { ...AGENT_METRICS, "health.parts": PART_HEALTH }],
  ["metrics of the collector", "collector.", COLLECTOR_METRICS],
  ["metrics of the runner logs", "runner_logs.", RUNNER_METRICS],
  ["metrics of the host", "host.", HOST_METRICS],
  ["metrics of the jobs", "jobs.", JOB_METRICS],
  ["metrics of the events", "events.", EVENT_METRICS],
];
const ALL: readonly (readonly [key: string, metric: Metric])[] = TABLES.flatMap(([, , table]) => Object.entries(table));

describe("the metrics", () => {
  test("have a name each", () => {
    const names = ALL.map(([, { prometheus }]) => prometheus);
    expect(names).toEqual([...new Set(names)]);
  });

  test.each(ALL)("%s is named after what it is", (key, { kind, unit, help, prometheus }) => {
    expect(key).toMatch(/^[a-z][a-z0-9_.]*$/);
    expect(prometheus).toMatch(/^warp_telemetry_[a-z][a-z0-9_]*$/);
    expect(prometheus.endsWith("_total")).toBe(kind === "counter");
    expect(/_seconds(_total)?$/.test(prometheus)).toBe(unit === "ms");
    expect(help).toMatch(/^[A-Z].*[^.]$/);
  });

  test.each(TABLES)("%s are on the page about operations", (name, path, table) => {
    const rows = Object.entries(table).map(([key, metric]) => rowOf(path + key, metric));
    expectGenerated(PAGE, name, markdownTable(["Key and metric", "What it is"], rows));
  });
});

/** Two columns: a third one would leave too little room for the names on a terminal. */
function rowOf(key: string, { prometheus, help, by }: Metric): readonly string[] {
  const label = by === undefined ? "" : `, by \`${by}\``;
  return [`\`${key}\`<br>\`${prometheus.slice(PREFIX.length)}\``, `${help}${label}`];
}
