/** What every client is asked to send, and the proof that all of it stands in the objects, once. */
import { expect } from "bun:test";
import { arrayAt, valueAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";

const LOGS = 100;
const SPANS = 20;
const HISTOGRAM_SUM = 320.5;

/** Looks at the objects of all streams. */
export function expectAllOnce(objects: ReadonlyMap<string, Uint8Array>): void {
  const resources = (stream: string, key: string): unknown[] =>
    linesOf(objects, stream)
      .map((line): unknown => JSON.parse(line))
      .flatMap((line) => arrayAt(line, key));
  const service = { key: "service.name", value: { stringValue: "client" } };
  for (const [stream, key] of [
    ["logs", "resourceLogs"],
    ["metrics", "resourceMetrics"],
    ["traces", "resourceSpans"],
  ] as const) {
    for (const resource of resources(stream, key)) {
      expect(arrayAt(resource, "resource", "attributes")).toContainEqual(service);
    }
  }
  expectLogs(within(resources("logs", "resourceLogs"), "scopeLogs", "logRecords"));
  expectMetrics(within(resources("metrics", "resourceMetrics"), "scopeMetrics", "metrics"));
  expectSpans(within(resources("traces", "resourceSpans"), "scopeSpans", "spans"));
}

function expectLogs(records: readonly unknown[]): void {
  const wanted = Array.from({ length: LOGS }, (_, n) => `log ${n}`);
  expect(sorted(records.map((record) => valueAt(record, "body", "stringValue")))).toEqual(sorted(wanted));
  for (const record of records) {
    const n = String(valueAt(record, "body", "stringValue")).replace("log ", "");
    expect(record).toMatchObject({ severityNumber: 9, severityText: "INFO" });
    const attributes = arrayAt(record, "attributes");
    expect(attributes).toContainEqual({ key: "n", value: { intValue: n } });
    expect(attributes).toContainEqual({ key: "ok", value: { boolValue: true } });
  }
}

function expectMetrics(metrics: readonly unknown[]): void {
  const named = new Map(metrics.map((metric) => [valueAt(metric, "name"), metric]));
  expect(sorted([...named.keys()])).toEqual(["client.duration", "client.jobs", "client.load"]);
  expect(metrics).toHaveLength(named.size);
  const [jobs] = arrayAt(named.get("client.jobs"), "sum", "dataPoints");
  expect(Number(valueAt(jobs, "asInt") ?? valueAt(jobs, "asDouble"))).toBe(7);
  const [duration] = arrayAt(named.get("client.duration"), "histogram", "dataPoints");
  expect(duration).toMatchObject({ count: "3", sum: HISTOGRAM_SUM });
  expect(arrayAt(duration, "bucketCounts").reduce((sum: number, count) => sum + Number(count), 0)).toBe(3);
  expect(arrayAt(named.get("client.load"), "gauge", "dataPoints")).toMatchObject([{ asDouble: 0.25 }]);
}

function expectSpans(spans: readonly unknown[]): void {
  const wanted = Array.from({ length: SPANS }, (_, n) => `span ${n}`);
  expect(sorted(spans.map((span) => valueAt(span, "name")))).toEqual(sorted(wanted));
  expect(new Set(spans.map((span) => valueAt(span, "spanId"))).size).toBe(SPANS);
  for (const span of spans) {
    expect(span).toMatchObject({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      events: [{ name: "event" }],
    });
  }
}

function within(resources: readonly unknown[], scopes: string, items: string): readonly unknown[] {
  return resources.flatMap((resource) => arrayAt(resource, scopes)).flatMap((scope) => arrayAt(scope, items));
}

function sorted(values: readonly unknown[]): string[] {
  return values.map(String).toSorted();
}

/** The same data as OTLP/JSON, for a client that is itself a receiver. */
export function requests(): readonly (readonly [path: string, body: string])[] {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "client" } }] };
  const scope = { name: "test" };
  const timeUnixNano = "1763826000000000000";
  const logRecords = Array.from({ length: LOGS }, (_, n) => ({
    timeUnixNano,
    severityNumber: 9,
    severityText: "INFO",
    body: { stringValue: `log ${n}` },
    attributes: [
      { key: "n", value: { intValue: String(n) } },
      { key: "ok", value: { boolValue: true } },
    ],
  }));
  const spans = Array.from({ length: SPANS }, (_, n) => ({
    traceId: `${n}`.padStart(32, "a"),
    spanId: `${n}`.padStart(16, "b"),
    name: `span ${n}`,
    kind: 1,
    startTimeUnixNano: timeUnixNano,
    endTimeUnixNano: timeUnixNano,
    events: [{ timeUnixNano, name: "event" }],
  }));
  const histogram = { count: "3", sum: HISTOGRAM_SUM, explicitBounds: [10, 100], bucketCounts: ["1", "1", "1"] };
  const metrics = [
    { name: "client.jobs", sum: { dataPoints: [{ timeUnixNano, asInt: "7" }], aggregationTemporality: 2 } },
    { name: "client.duration", histogram: { dataPoints: [{ timeUnixNano, ...histogram }], aggregationTemporality: 2 } },
    { name: "client.load", gauge: { dataPoints: [{ timeUnixNano, asDouble: 0.25 }] } },
  ];
  return [
    ["/v1/logs", JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] })],
    ["/v1/metrics", JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] })],
    ["/v1/traces", JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })],
  ];
}
