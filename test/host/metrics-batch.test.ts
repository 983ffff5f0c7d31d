import { describe, expect, test } from "bun:test";
import { MetricsBatch } from "../../src/host/metrics-batch.ts";
import { METRICS, MOUNT_POINT, RECEIVED, SCOPES } from "../../src/host/metrics.ts";
import { decodeExportRequest } from "../otlp/decode.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { newBatch, numbersIn } from "./fake-host.ts";
import { RESOURCE } from "./resource.ts";

const LIMITS = { nestingMax: 100, lineMaxBytes: 1_000_000 };
const TIME_MS = 1_795_738_462_711;

function parsed(batch: MetricsBatch): unknown {
  return JSON.parse(new TextDecoder().decode(batch.take()));
}

describe("MetricsBatch.take()", () => {
  test("is one line of OTLP/JSON, a metric each with its data points in their order", () => {
    const batch = new MetricsBatch(RESOURCE);
    const cpu = batch.series(METRICS.cpu);
    const network = batch.series(METRICS.network, RECEIVED);
    batch.series(METRICS.memory);
    cpu.add(TIME_MS, 12.34567);
    network.add(TIME_MS, 1e9);
    cpu.add(TIME_MS + 1000, 0);
    expect(batch.size).toBe(3);
    expect(parsed(batch)).toEqual({
      resourceMetrics: [
        {
          resource: {
            attributes: [
              { key: "host.name", value: { stringValue: 'runner "1"' } },
              { key: "service.name", value: { stringValue: "warpbuild-agent" } },
              { key: "telemetry.version", value: { stringValue: "1.2.3" } },
              { key: "telemetry.vm_os", value: { stringValue: "linux" } },
            ],
          },
          scopeMetrics: [
            {
              scope: { name: "warp-telemetry/host", version: "1.2.3" },
              metrics: [
                {
                  ...METRICS.cpu,
                  gauge: {
                    dataPoints: [
                      { timeUnixNano: "1795738462711000000", asDouble: 12.346 },
                      { timeUnixNano: "1795738463711000000", asDouble: 0 },
                    ],
                  },
                },
                {
                  ...METRICS.network,
                  gauge: {
                    dataPoints: [
                      {
                        attributes: [
                          { key: "device", value: { stringValue: "internet" } },
                          { key: "direction", value: { stringValue: "receive" } },
                        ],
                        timeUnixNano: "1795738462711000000",
                        asDouble: 1_000_000_000,
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test("has a counter as a sum that only grows", () => {
    const batch = newBatch();
    batch.series(METRICS.oomKills, SCOPES.host).add(TIME_MS, 104);
    const metric = arrayAt(parsed(batch), "resourceMetrics", 0, "scopeMetrics", 0, "metrics")[0];
    expect(valueAt(metric, "name")).toBe("system.memory.oom_kills");
    expect(valueAt(metric, "gauge")).toBeUndefined();
    expect(valueAt(metric, "sum")).toEqual({
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [
        {
          attributes: [{ key: "scope", value: { stringValue: "host" } }],
          timeUnixNano: "1795738462711000000",
          asDouble: 104,
        },
      ],
    });
  });

  test("is a line that the receiver would take as it stands, with as many items", () => {
    const batch = new MetricsBatch(RESOURCE);
    const attributes = { [MOUNT_POINT]: '/mnt/"a\n\u{1F600}' };
    for (const metric of Object.values(METRICS)) batch.series(metric, attributes).add(TIME_MS, 1 / 3);
    const line = batch.take();
    const { items, notes, line: stored } = decodeExportRequest("metrics", "json", line.slice(), LIMITS);
    expect({ items, notes }).toEqual({ items: Object.keys(METRICS).length, notes: {} });
    expect(stored).toEqual(line);
    expect(line).not.toContain(0x0a);
  });

  test("leaves the batch empty", () => {
    const batch = new MetricsBatch(RESOURCE);
    const cpu = batch.series(METRICS.cpu);
    const memory = batch.series(METRICS.memory);
    cpu.add(TIME_MS, 1);
    batch.take();
    expect([batch.size, cpu.length]).toEqual([0, 0]);
    memory.add(TIME_MS, 2);
    const metrics = arrayAt(parsed(batch), "resourceMetrics", 0, "scopeMetrics", 0, "metrics");
    expect(metrics.map((metric) => valueAt(metric, "name"))).toEqual(["system.memory.utilization"]);
  });

  test("takes along what a series that has ended still holds", () => {
    const batch = newBatch();
    const mounts = ["/", "/a", "/b"].map((mountPoint) =>
      batch.series(METRICS.fileSystem, { [MOUNT_POINT]: mountPoint }),
    );
    mounts.forEach((series, index) => series.add(TIME_MS, index));
    mounts[1]?.end();
    mounts[2]?.end();
    expect(Object.values(numbersIn(batch))).toEqual([0, 1, 2]);
    for (const series of mounts) series.add(TIME_MS, 9);
    expect(Object.keys(numbersIn(batch))).toEqual(["system.filesystem.utilization{system.filesystem.mountpoint=/}"]);
  });

  test("holds as many data points as there are", () => {
    const batch = newBatch();
    const cpu = batch.series(METRICS.cpu);
    for (let point = 0; point < 1000; point++) cpu.add(TIME_MS + point, point / 8);
    const points = arrayAt(parsed(batch), "resourceMetrics", 0, "scopeMetrics", 0, "metrics", 0, "gauge", "dataPoints");
    expect(points.map((point) => valueAt(point, "asDouble"))).toEqual(Array.from({ length: 1000 }, (_, n) => n / 8));
    expect(valueAt(points[999], "timeUnixNano")).toBe(`${TIME_MS + 999}000000`);
  });
});
