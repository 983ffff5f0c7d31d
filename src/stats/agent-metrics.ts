import type { Metric, MetricTable } from "./metric.ts";

/** Of the receiver, over all streams. */
export const RECEIVER_METRICS = {
  in_flight_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Bytes of request bodies in memory, the one in the Worker decompressed",
    prometheus: "warp_telemetry_in_flight_bytes",
  },
  arriving_bodies: {
    kind: "gauge",
    unit: "bodies",
    help: "Request bodies that have begun to come and not ended",
    prometheus: "warp_telemetry_arriving_bodies",
  },
  turn_waiting_bodies: {
    kind: "gauge",
    unit: "bodies",
    help: "Request bodies that wait for a turn of the event loop",
    prometheus: "warp_telemetry_turn_waiting_bodies",
  },
  worker_waiting_bodies: {
    kind: "gauge",
    unit: "bodies",
    help: "Request bodies that wait for the Worker",
    prometheus: "warp_telemetry_worker_waiting_bodies",
  },
  worker_bodies: {
    kind: "counter",
    unit: "bodies",
    help: "Request bodies that the Worker has decoded",
    prometheus: "warp_telemetry_worker_bodies_total",
  },
  worker_failures: {
    kind: "counter",
    unit: "bodies",
    help: "Request bodies with which the Worker failed",
    prometheus: "warp_telemetry_worker_failures_total",
  },
  ended_connections: {
    kind: "counter",
    unit: "connections",
    help: "Connections ended because there were too many",
    prometheus: "warp_telemetry_connections_ended_total",
  },
  rejected_pages: {
    kind: "counter",
    unit: "requests",
    help: "Requests rejected elsewhere than at the path of a stream",
    prometheus: "warp_telemetry_pages_rejected_total",
    by: "reason",
  },
  refused_pages: {
    kind: "counter",
    unit: "requests",
    help: "Marks, flushes and requests for jobs that were refused",
    prometheus: "warp_telemetry_pages_refused_total",
    by: "reason",
  },
} as const satisfies MetricTable;

/** Of the manager. */
export const MANAGER_METRICS = {
  discarded_lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines thrown away because the API says that telemetry is off",
    prometheus: "warp_telemetry_lines_discarded_total",
  },
  set_aside_files: {
    kind: "gauge",
    unit: "files",
    help: "Files with lines that are not sent, see /health",
    prometheus: "warp_telemetry_set_aside_files",
  },
} as const satisfies MetricTable;

/** What concerns no single stream. */
export const AGENT_METRICS = { ...RECEIVER_METRICS, ...MANAGER_METRICS } as const satisfies MetricTable;

/** The verdicts under `health.parts` in `/stats`, as numbers. */
export const PART_HEALTH = {
  kind: "gauge",
  unit: "verdict",
  help: "Health of a part: 0 healthy, 1 degraded, 2 unhealthy",
  prometheus: "warp_telemetry_part_health",
  by: "part",
} as const satisfies Metric;
