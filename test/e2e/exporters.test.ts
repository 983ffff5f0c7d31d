/** The official exporters as clients: what the SDK sent stands in the objects, whatever the encoding. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { needs } from "../support/built.ts";
import { sendWithSdk, SENT } from "../support/exporters.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("the official JavaScript exporters"), () => {
  for (const encoding of ["json", "protobuf"] as const) {
    for (const compression of ["none", "gzip"] as const) {
      test(`${encoding}, compression ${compression}: logs, metrics and traces arrive whole`, async () => {
        await using store = await FolderStore.start();
        await using base = await TempDir.create("base");
        await using agent = await startAgent(store, base);
        await sendWithSdk({ origin: agent.origin, encoding, compression });
        const stats = await agent.stats();
        expect(numberAt(stats, "streams", "logs", "accepted_items")).toBe(1);
        expect(numberAt(stats, "streams", "metrics", "accepted_items")).toBe(2);
        expect(numberAt(stats, "streams", "traces", "accepted_items")).toBe(1);
        await expectStop(agent);

        const objects = await store.objects();
        expectLog(onlyLine(linesOf(objects, "logs")));
        expectMetrics(onlyLine(linesOf(objects, "metrics")));
        expectSpan(onlyLine(linesOf(objects, "traces")));
      });
    }
  }
});

function onlyLine(lines: readonly string[]): unknown {
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "");
}

function expectLog(line: unknown): void {
  const record = valueAt(line, "resourceLogs", 0, "scopeLogs", 0, "logRecords", 0);
  expect(record).toMatchObject({ body: { stringValue: SENT.log.body }, severityText: SENT.log.severityText });
  const attributes = arrayAt(record, "attributes");
  expect(attributes).toContainEqual({ key: "job.ok", value: { boolValue: true } });
  // JSON may carry a 64-bit integer as a number or, as ours does, as text.
  const step = attributes.find((attribute) => valueAt(attribute, "key") === "job.step");
  expect(Number(valueAt(step, "value", "intValue"))).toBe(SENT.log.attributes["job.step"]);
  expect(arrayAt(line, "resourceLogs", 0, "resource", "attributes")).toContainEqual({
    key: "service.name",
    value: { stringValue: SENT.service },
  });
}

function expectMetrics(line: unknown): void {
  const metrics = arrayAt(line, "resourceMetrics", 0, "scopeMetrics", 0, "metrics");
  const counter = metrics.find((metric) => valueAt(metric, "name") === SENT.counter.name);
  expect(Number(valueAt(counter, "sum", "dataPoints", 0, "asDouble"))).toBe(SENT.counter.value);
  const histogram = metrics.find((metric) => valueAt(metric, "name") === SENT.histogram.name);
  const point = valueAt(histogram, "histogram", "dataPoints", 0);
  expect(Number(valueAt(point, "count"))).toBe(SENT.histogram.values.length);
  expect(valueAt(point, "sum")).toBe(320.5);
  expect(arrayAt(point, "bucketCounts").map(Number)).toContain(1);
}

function expectSpan(line: unknown): void {
  const span = valueAt(line, "resourceSpans", 0, "scopeSpans", 0, "spans", 0);
  expect(span).toMatchObject({
    name: SENT.span.name,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    attributes: [{ key: "http.method", value: { stringValue: "GET" } }],
  });
}
