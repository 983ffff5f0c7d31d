import type { MetricTable } from "./metric.ts";

/** What happens at the door of a stream. */
export const DOOR_METRICS = {
  accepted_requests: {
    kind: "counter",
    unit: "requests",
    help: "Requests stored as a line",
    prometheus: "warp_telemetry_requests_accepted_total",
  },
  accepted_items: {
    kind: "counter",
    unit: "items",
    help: "Log records, spans and data points in accepted requests",
    prometheus: "warp_telemetry_items_accepted_total",
  },
  accepted_requests_without_items: {
    kind: "counter",
    unit: "requests",
    help: "Accepted requests in which no reader of OTLP finds anything",
    prometheus: "warp_telemetry_requests_without_items_total",
  },
  accepted_body_bytes: {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of accepted bodies, as they were sent",
    prometheus: "warp_telemetry_body_bytes_accepted_total",
  },
  accepted_line_bytes: {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of stored lines",
    prometheus: "warp_telemetry_line_bytes_accepted_total",
  },
  empty_requests: {
    kind: "counter",
    unit: "requests",
    help: "Requests without anything in them, answered 200",
    prometheus: "warp_telemetry_requests_empty_total",
  },
  refused_requests: {
    kind: "counter",
    unit: "requests",
    help: "Requests answered 503: the sender still has the data",
    prometheus: "warp_telemetry_requests_refused_total",
    by: "reason",
  },
  rejected_requests: {
    kind: "counter",
    unit: "requests",
    help: "Requests answered 4xx, bad for ever, or 500 (reason internal)",
    prometheus: "warp_telemetry_requests_rejected_total",
    by: "reason",
  },
  notes: {
    kind: "counter",
    unit: "notes",
    help: "Repairs and leniencies in accepted requests",
    prometheus: "warp_telemetry_notes_total",
    by: "reason",
  },
} as const satisfies MetricTable;

/** What the uploads of a stream have come to. */
export const UPLOAD_METRICS = {
  objects: {
    kind: "counter",
    unit: "objects",
    help: "Objects the destination holds",
    prometheus: "warp_telemetry_objects_stored_total",
  },
  uploaded_bytes: {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of their lines, before compression",
    prometheus: "warp_telemetry_object_bytes_stored_total",
  },
  uploaded_lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines of these objects",
    prometheus: "warp_telemetry_lines_stored_total",
  },
  renames: {
    kind: "counter",
    unit: "renames",
    help: "Objects whose name was taken by other bytes",
    prometheus: "warp_telemetry_object_renames_total",
  },
  retries: {
    kind: "counter",
    unit: "retries",
    help: "Attempts to upload that failed and were repeated",
    prometheus: "warp_telemetry_upload_retries_total",
  },
} as const satisfies MetricTable;

/** What the ring of a stream holds. */
export const RING_METRICS = {
  ring_used_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Bytes held in the ring",
    prometheus: "warp_telemetry_ring_used_bytes",
  },
  ring_capacity_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Bytes the ring can hold",
    prometheus: "warp_telemetry_ring_capacity_bytes",
  },
  ring_lines: {
    kind: "gauge",
    unit: "lines",
    help: "Lines held in the ring",
    prometheus: "warp_telemetry_ring_lines",
  },
} as const satisfies MetricTable;

/** Everything of one stream, from its door to the destination. */
export const STREAM_METRICS = { ...DOOR_METRICS, ...UPLOAD_METRICS, ...RING_METRICS } as const satisfies MetricTable;
