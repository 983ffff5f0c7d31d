/** OTLP/JSON requests for tests, each with a text of its own so that its line can be found again. */

export const SIGNAL_PATHS = {
  logs: "/v1/logs",
  metrics: "/v1/metrics",
  traces: "/v1/traces",
  "gha-logs": "/v1/gha-logs",
} as const;

export type StreamName = keyof typeof SIGNAL_PATHS;

const RESOURCE = { attributes: [{ key: "service.name", value: { stringValue: "sample" } }] };
const TIME = "1700000000000000000";

/** A request with one log record. `padBytes` makes the record that much longer. */
export function logsJson(text: string, padBytes = 0): string {
  const body = { stringValue: text + "x".repeat(padBytes) };
  const logRecords = [{ timeUnixNano: TIME, severityNumber: 9, severityText: "INFO", body }];
  return JSON.stringify({ resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ scope: { name: "t" }, logRecords }] }] });
}

/** A request with one gauge point. */
export function metricsJson(text: string): string {
  const metrics = [{ name: text, unit: "1", gauge: { dataPoints: [{ timeUnixNano: TIME, asDouble: 0.5 }] } }];
  return JSON.stringify({
    resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ scope: { name: "t" }, metrics }] }],
  });
}

/** A request with one span. */
export function tracesJson(text: string): string {
  const span = {
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: "eee19b7ec3c1b174",
    name: text,
    kind: 1,
    startTimeUnixNano: TIME,
    endTimeUnixNano: "1700000000500000000",
  };
  return JSON.stringify({
    resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: { name: "t" }, spans: [span] }] }],
  });
}

const REQUESTS: Readonly<Record<StreamName, (text: string) => string>> = {
  logs: logsJson,
  metrics: metricsJson,
  traces: tracesJson,
  "gha-logs": logsJson,
};

/** A request for the path of `stream`. */
export function requestJson(stream: StreamName, text: string): string {
  return REQUESTS[stream](text);
}
