import { rankOf } from "./health.ts";
import { STREAMS, type Stats, type StatsValue } from "../pipeline.ts";

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  /** Key in the stats of a stream; a group of counters by reason gives the label `reason`. */
  readonly key: string;
}

/** What `/stats` holds of each stream, under names by Prometheus's conventions (base units, `_total`). */
const FAMILIES: readonly Family[] = [
  counter("requests_accepted_total", "accepted_requests", "Requests stored as a line"),
  counter("items_accepted_total", "accepted_items", "Log records, spans and data points in accepted requests"),
  counter(
    "requests_without_items_total",
    "accepted_requests_without_items",
    "Accepted requests in which no reader of OTLP finds anything",
  ),
  counter("body_bytes_accepted_total", "accepted_body_bytes", "Bytes of accepted bodies, as they were sent"),
  counter("line_bytes_accepted_total", "accepted_line_bytes", "Bytes of stored lines"),
  counter("requests_empty_total", "empty_requests", "Requests without anything in them, answered 200"),
  counter("requests_refused_total", "refused_requests", "Requests answered 503: the sender still has the data"),
  counter(
    "requests_rejected_total",
    "rejected_requests",
    "Requests answered 4xx, bad for ever, or 500 (reason internal)",
  ),
  counter("notes_total", "notes", "Repairs and leniencies in accepted requests"),
  counter("objects_stored_total", "objects", "Objects the destination holds"),
  counter("object_bytes_stored_total", "uploaded_bytes", "Bytes of these objects"),
  counter("lines_stored_total", "uploaded_lines", "Lines of these objects"),
  counter("object_renames_total", "renames", "Objects whose name was taken by other bytes"),
  counter("upload_retries_total", "retries", "Attempts to upload that failed and were repeated"),
  gauge("ring_used_bytes", "ring_used_bytes", "Bytes held in the ring"),
  gauge("ring_capacity_bytes", "ring_capacity_bytes", "Bytes the ring can hold"),
  gauge("ring_lines", "ring_lines", "Lines held in the ring"),
];

/** Of the whole agent. */
const TOTALS: readonly Family[] = [
  counter("lines_discarded_total", "discarded_lines", "Lines thrown away because the API says that telemetry is off"),
  gauge("in_flight_bytes", "in_flight_bytes", "Bytes of request bodies in memory, the one in the Worker decompressed"),
  gauge("arriving_bodies", "arriving_bodies", "Request bodies that have begun to come and not ended"),
  gauge("turn_waiting_bodies", "turn_waiting_bodies", "Request bodies that wait for a turn of the event loop"),
  gauge("worker_waiting_bodies", "worker_waiting_bodies", "Request bodies that wait for the Worker"),
  counter("worker_bodies_total", "worker_bodies", "Request bodies that the Worker has decoded"),
  counter("worker_failures_total", "worker_failures", "Request bodies with which the Worker failed"),
  counter("connections_ended_total", "ended_connections", "Connections ended because there were too many"),
  counter("pages_rejected_total", "rejected_pages", "Requests rejected elsewhere than at the path of a stream"),
  gauge("set_aside_files", "set_aside_files", "Files with lines that are not sent, see /health"),
];

/** The counters of `/stats` in Prometheus text exposition format 0.0.4. */
export function prometheusText(stats: Stats): string {
  const { streams } = stats;
  const byStream = FAMILIES.flatMap((family) => [
    ...headOf(family),
    ...STREAMS.flatMap((stream) => samples(family, { stream }, valueAt(valueAt(streams, stream), family.key))),
    "",
  ]);
  const totals = TOTALS.flatMap((family) => [...headOf(family), ...samples(family, {}, stats[family.key] ?? 0), ""]);
  return [...byStream, ...totals, ...healthOf(stats), ...restartsOf(stats)].join("\n");
}

const PART_HEALTH = gauge("part_health", "health", "Health of a part: 0 healthy, 1 degraded, 2 unhealthy");

function healthOf({ health }: Stats): string[] {
  const parts = valueAt(health, "parts");
  if (typeof parts !== "object" || parts === null) return [];
  const values = Object.entries(parts).map(
    ([part, verdict]) => `warp_telemetry_part_health{part="${part}"} ${rankOf(valueAt(verdict, "status"))}`,
  );
  return [...headOf(PART_HEALTH), ...values, ""];
}

const RESTARTS = counter("collector_restarts_total", "restarts", "Starts of the collector after the first one");

function restartsOf({ collector }: Stats): string[] {
  const restarts = valueAt(collector, RESTARTS.key);
  return restarts === undefined ? [] : [...headOf(RESTARTS), `warp_telemetry_${RESTARTS.name} ${Number(restarts)}`, ""];
}

function headOf({ name, help, type }: Family): string[] {
  return [`# HELP warp_telemetry_${name} ${help}`, `# TYPE warp_telemetry_${name} ${type}`];
}

/** One sample of a number, one for each reason of a group. */
function samples(
  { name }: Pick<Family, "name">,
  labels: Readonly<Record<string, string>>,
  value: StatsValue | undefined,
): string[] {
  if (typeof value === "number") return [`warp_telemetry_${name}${labelText(labels)} ${value}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([reason, count]) => samples({ name }, { ...labels, reason }, count));
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const all = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function valueAt(stats: StatsValue | undefined, key: string): StatsValue | undefined {
  if (typeof stats !== "object" || stats === null) return undefined;
  return Object.entries(stats).find(([name]) => name === key)?.[1];
}

function counter(name: string, key: string, help: string): Family {
  return { name, key, help, type: "counter" };
}

function gauge(name: string, key: string, help: string): Family {
  return { name, key, help, type: "gauge" };
}
