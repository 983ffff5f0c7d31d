import { METRICS, RECEIVED, SCOPES, SENT, STALLS } from "../host/metrics.ts";
import { isJsonObject, type JsonObject } from "../lib/json-object.ts";
import type { SeriesName } from "../live/live-data.ts";
import { msOf, numberOf, recordsOf, textOf } from "../live/told-values.ts";
import { hasAttributes } from "./otlp-items.ts";

const PERCENT = 100;

interface Row {
  readonly metric: string;
  /** What the attributes of its points must have. */
  readonly of?: readonly (readonly [name: string, text: string])[];
  readonly series: SeriesName;
  /** By which a value is divided. */
  readonly whole: number;
}

const OF_HOST = Object.entries(SCOPES.host);
const HOST_WAITS = Object.entries({ ...SCOPES.host, ...STALLS.some });
const ALL_WAIT = Object.entries({ ...SCOPES.host, ...STALLS.full });

/** Where each series is in our own metrics. */
const ROWS: readonly Row[] = [
  { metric: METRICS.cpu.name, series: "cpu.mean", whole: PERCENT },
  { metric: METRICS.busiestCore.name, series: "cpu.busiest", whole: PERCENT },
  { metric: METRICS.iowait.name, series: "cpu.iowait", whole: PERCENT },
  { metric: METRICS.memory.name, series: "memory.used", whole: PERCENT },
  { metric: METRICS.fileSystem.name, series: "disk.used", whole: PERCENT },
  { metric: METRICS.network.name, of: Object.entries(RECEIVED), series: "network.receive", whole: 1 },
  { metric: METRICS.network.name, of: Object.entries(SENT), series: "network.transmit", whole: 1 },
  { metric: METRICS.cpuPressure.name, of: HOST_WAITS, series: "pressure.cpu", whole: PERCENT },
  { metric: METRICS.memoryPressure.name, of: HOST_WAITS, series: "pressure.memory", whole: PERCENT },
  { metric: METRICS.memoryPressure.name, of: ALL_WAIT, series: "pressure.memory_full", whole: PERCENT },
  { metric: METRICS.ioPressure.name, of: HOST_WAITS, series: "pressure.io", whole: PERCENT },
];

const ROWS_OF: ReadonlyMap<string, readonly Row[]> = Map.groupBy(ROWS, ({ metric }) => metric);

/** What is told of a machine at one moment. */
export interface HostPoint {
  /** `cores` and `memoryBytes`: what the shares are shares of. */
  readonly name: SeriesName | "cores" | "memoryBytes";
  readonly atMs: number;
  readonly value: number;
}

/** The points of our own metrics that are drawn. Anything else is passed over. */
export function* hostPoints(metrics: readonly JsonObject[]): Generator<HostPoint> {
  for (const metric of metrics) {
    const name = textOf(metric["name"]);
    const gauge = isJsonObject(metric["gauge"]) ? metric["gauge"] : {};
    const rows = ROWS_OF.get(name ?? "") ?? [];
    const size =
      name === METRICS.cpuLimit.name ? "cores" : name === METRICS.memoryLimit.name ? "memoryBytes" : undefined;
    if (rows.length === 0 && size === undefined) continue;
    for (const point of recordsOf(gauge["dataPoints"])) {
      const [atMs, value] = [msOf(point["timeUnixNano"]), numberOf(point["asDouble"])];
      if (atMs === undefined || value === undefined) continue;
      if (size !== undefined && hasAttributes(point["attributes"], OF_HOST)) yield { name: size, atMs, value };
      const row = rows.find(({ of }) => of === undefined || hasAttributes(point["attributes"], of));
      if (row !== undefined) yield { name: row.series, atMs, value: value / row.whole };
    }
  }
}
