import { STREAMS } from "../pipeline.ts";
import { AGENT_METRICS, PART_HEALTH } from "../stats/agent-metrics.ts";
import type { AgentStats, Off } from "../stats/agent-stats.ts";
import { JOB_METRICS } from "../stats/job-metrics.ts";
import type { Group, Metric, MetricTable, Values } from "../stats/metric.ts";
import { COLLECTOR_METRICS, EVENT_METRICS, HOST_METRICS, RUNNER_METRICS } from "../stats/part-metrics.ts";
import { STREAM_METRICS } from "../stats/stream-metrics.ts";
import { rankOf } from "./health.ts";

type Labels = Readonly<Record<string, string>>;

/** Where a table's numbers are, and the labels of what they are about. */
interface Told<Table extends MetricTable> {
  readonly labels: Labels;
  readonly values: Values<Table>;
}

/** The numbers of `/stats` in Prometheus text exposition format 0.0.4. A part that does not run has none. */
export function prometheusText(stats: AgentStats): string {
  const { streams, collector, runner_logs: runner, host, jobs, events } = stats;
  const lines = [
    ...families(
      STREAM_METRICS,
      STREAMS.flatMap((stream) => told(streams[stream], { stream })),
    ),
    ...families(AGENT_METRICS, told(stats)),
    ...family(PART_HEALTH, samples(PART_HEALTH, {}, ranksIn(stats))),
    ...families(COLLECTOR_METRICS, told(unlessOff(collector))),
    ...families(RUNNER_METRICS, told(unlessOff(runner))),
    ...families(HOST_METRICS, told(unlessOff(host))),
    ...families(JOB_METRICS, told(unlessOff(jobs))),
    ...families(EVENT_METRICS, told(unlessOff(events))),
  ];
  return lines.join("\n");
}

function told<Stats>(values: Stats | undefined, labels: Labels = {}): { labels: Labels; values: Stats }[] {
  return values === undefined ? [] : [{ labels, values }];
}

function unlessOff<Stats extends object>(part: Stats | Off): Stats | undefined {
  return isOff(part) ? undefined : part;
}

function isOff(part: object): part is Off {
  return "state" in part && part.state === "off";
}

function families<Table extends MetricTable>(table: Table, all: readonly Told<Table>[]): string[] {
  if (all.length === 0) return [];
  return Object.entries(table).flatMap(([key, metric]) =>
    family(
      metric,
      all.flatMap(({ labels, values }) => samples(metric, labels, values[key] ?? null)),
    ),
  );
}

function family({ prometheus, help, kind }: Metric, lines: readonly string[]): string[] {
  return [`# HELP ${prometheus} ${help}`, `# TYPE ${prometheus} ${kind}`, ...lines, ""];
}

/** One line for a number, one for each number of a group, none while it is unknown. */
function samples(metric: Metric, labels: Labels, value: number | null | Group): string[] {
  const { prometheus, unit, by = "" } = metric;
  if (value === null) return [];
  if (typeof value === "number") return [`${prometheus}${labelText(labels)} ${unit === "ms" ? value / 1000 : value}`];
  return Object.entries(value).flatMap(([name, count]) => samples(metric, { ...labels, [by]: name }, count));
}

function labelText(labels: Labels): string {
  const all = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function ranksIn({ health }: AgentStats): Group {
  return Object.fromEntries(Object.entries(health.parts).map(([part, { status }]) => [part, rankOf(status)]));
}
