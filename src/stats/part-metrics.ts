import type { MetricTable } from "./metric.ts";

/** Of the collector's supervisor. */
export const COLLECTOR_METRICS = {
  restarts: {
    kind: "counter",
    unit: "restarts",
    help: "Starts of the collector after the first one",
    prometheus: "warp_telemetry_collector_restarts_total",
  },
  requests: {
    kind: "counter",
    unit: "requests",
    help: "Requests that came from the collector, however they were answered",
    prometheus: "warp_telemetry_collector_requests_total",
  },
  output_lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines that the collector has written",
    prometheus: "warp_telemetry_collector_output_lines_total",
  },
  rss_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Resident memory of the collector",
    prometheus: "warp_telemetry_collector_resident_memory_bytes",
    mayBeUnknown: true,
  },
  cpu_ms: {
    kind: "counter",
    unit: "ms",
    help: "CPU time of the collector's newest process",
    prometheus: "warp_telemetry_collector_cpu_seconds_total",
    mayBeUnknown: true,
  },
} as const satisfies MetricTable;

/** Of the reader of the runner's own logs. */
export const RUNNER_METRICS = {
  folders: {
    kind: "gauge",
    unit: "folders",
    help: "Folders of runner logs that are followed",
    prometheus: "warp_telemetry_runner_folders",
  },
  files: {
    kind: "gauge",
    unit: "files",
    help: "Runner logs that are followed",
    prometheus: "warp_telemetry_runner_files",
  },
  open_files: {
    kind: "gauge",
    unit: "files",
    help: "Runner logs that are open",
    prometheus: "warp_telemetry_runner_open_files",
  },
  read_bytes: {
    kind: "counter",
    unit: "bytes",
    help: "Bytes read of runner logs",
    prometheus: "warp_telemetry_runner_read_bytes_total",
  },
  records: {
    kind: "counter",
    unit: "records",
    help: "Log records made of runner logs",
    prometheus: "warp_telemetry_runner_records_total",
  },
  lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines with these records that the ring has taken",
    prometheus: "warp_telemetry_runner_lines_total",
  },
  waiting_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Bytes of runner logs that are not read yet",
    prometheus: "warp_telemetry_runner_waiting_bytes",
  },
  lost_bytes: {
    kind: "counter",
    unit: "bytes",
    help: "Bytes of runner logs that were gone before they were read",
    prometheus: "warp_telemetry_runner_lost_bytes_total",
  },
  refused: {
    kind: "gauge",
    unit: "files",
    help: "What lies among the runner logs and is not read",
    prometheus: "warp_telemetry_runner_refused",
    by: "reason",
  },
} as const satisfies MetricTable;

/** Of the sampler of the host's figures. */
export const HOST_METRICS = {
  readings: {
    kind: "counter",
    unit: "readings",
    help: "Readings of the host",
    prometheus: "warp_telemetry_host_readings_total",
  },
  lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines with readings that the ring has taken",
    prometheus: "warp_telemetry_host_lines_total",
  },
  data_points: {
    kind: "counter",
    unit: "data points",
    help: "Data points in these lines",
    prometheus: "warp_telemetry_host_data_points_total",
  },
  dropped_lines: {
    kind: "counter",
    unit: "lines",
    help: "Lines with readings that the ring has not taken",
    prometheus: "warp_telemetry_host_dropped_lines_total",
  },
  dropped_data_points: {
    kind: "counter",
    unit: "data points",
    help: "Data points in these lines",
    prometheus: "warp_telemetry_host_dropped_data_points_total",
  },
  processes: {
    kind: "gauge",
    unit: "processes",
    help: "Processes that the last sample has seen",
    prometheus: "warp_telemetry_host_processes",
  },
  process_records: {
    kind: "counter",
    unit: "records",
    help: "Records of processes that the ring has taken",
    prometheus: "warp_telemetry_host_process_records_total",
  },
  dropped_process_records: {
    kind: "counter",
    unit: "records",
    help: "Records of processes that the ring has not taken",
    prometheus: "warp_telemetry_host_dropped_process_records_total",
  },
  errors: {
    kind: "counter",
    unit: "errors",
    help: "Failed attempts to read the host",
    prometheus: "warp_telemetry_host_errors_total",
    by: "source",
  },
  file_systems: {
    kind: "gauge",
    unit: "file systems",
    help: "File systems that are measured",
    prometheus: "warp_telemetry_host_file_systems",
  },
  container_memory_bytes: {
    kind: "gauge",
    unit: "bytes",
    help: "Memory that the container may use, where it has a limit",
    prometheus: "warp_telemetry_host_container_memory_bytes",
    mayBeUnknown: true,
  },
  container_cores: {
    kind: "gauge",
    unit: "cores",
    help: "Cores that the container may use, where it has a limit",
    prometheus: "warp_telemetry_host_container_cores",
    mayBeUnknown: true,
  },
} as const satisfies MetricTable;

/** Of the watch over what ends a job or spoils its telemetry. */
export const EVENT_METRICS = {
  records: {
    kind: "counter",
    unit: "records",
    help: "Log records made of events, such as OOM kills",
    prometheus: "warp_telemetry_events_records_total",
  },
  left_out: {
    kind: "counter",
    unit: "events",
    help: "Events above the limit of a minute, which the next record counts",
    prometheus: "warp_telemetry_events_left_out_total",
  },
  dropped: {
    kind: "counter",
    unit: "events",
    help: "Events that the ring has not taken",
    prometheus: "warp_telemetry_events_dropped_total",
  },
} as const satisfies MetricTable;
