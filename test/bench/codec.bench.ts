/**
 * How fast requests are decoded, beside what any JSON receiver pays at least: `JSON.parse` of the same text.
 * Run: `bun test/bench/codec.bench.ts`
 */
import { decodeExportRequest, type Encoding } from "../../src/otlp/export-request.ts";
import type { Signal } from "../../src/pipeline.ts";
import { encode, otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";

const ROUNDS = 9;
const ROUND_MS = 60;
const LIMITS = { nestingMax: 100, lineMaxBytes: 16 * 1024 * 1024 };

interface Case {
  readonly name: string;
  readonly signal: Signal;
  readonly records: number;
  readonly protobuf: Uint8Array;
}

/** 100 log records that are 1 KB each as OTLP/JSON. */
function logs(): Case {
  const logRecords = Array.from({ length: 100 }, (_, i) => ({
    timeUnixNano: `1763826000${String(123_456_789 + i * 1_000_003).padStart(9, "0")}`,
    observedTimeUnixNano: `1763826000${String(223_456_789 + i * 1_000_003).padStart(9, "0")}`,
    severityNumber: 9,
    severityText: "Information",
    body: { stringValue: `${i} Downloading an artifact of the "build" job: ${"kept whole and unread ".repeat(22)}` },
    attributes: [
      { key: "log.file.name", value: { stringValue: "Worker_20251122-153047-utc.log" } },
      { key: "log.file.record_offset", value: { intValue: `${i * 1017}` } },
      { key: "thread", value: { stringValue: "main" } },
      { key: "is_last", value: { boolValue: false } },
    ],
    traceId: Buffer.alloc(16, i),
    spanId: Buffer.alloc(8, i),
    flags: 1,
  }));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "runner" } }] };
  const request = { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "bench" }, logRecords }] }] };
  return { name: "100 × 1 KB logs", signal: "logs", records: 100, protobuf: encode(REQUEST_TYPES.logs, request) };
}

/** One second of host metrics as the collector sends them. */
function hostMetrics(): Case {
  const metrics = Array.from({ length: 12 }, hostMetric);
  const resource = { attributes: [{ key: "host.name", value: { stringValue: "runner-1" } }] };
  const request = { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "host" }, metrics }] }] };
  return { name: "host metrics", signal: "metrics", records: 96, protobuf: encode(REQUEST_TYPES.metrics, request) };
}

/** Eight points; every other metric has fractions, every other one 64-bit counters. */
function hostMetric(_: unknown, metric: number): object {
  const isGauge = metric % 2 === 0;
  const dataPoints = Array.from({ length: 8 }, (_point, i) => ({
    startTimeUnixNano: "1763820000000000000",
    timeUnixNano: `17638260001234567${String(i).padStart(2, "0")}`,
    attributes: [
      { key: "cpu", value: { stringValue: `cpu${i % 8}` } },
      { key: "state", value: { stringValue: "user" } },
    ],
    ...(isGauge ? { asDouble: 100 / (i + metric + 3) } : { asInt: `${i * 123_456_789}` }),
  }));
  return {
    name: `system.metric.${metric}`,
    description: "Something that the host measures of itself.",
    unit: "1",
    ...(isGauge ? { gauge: { dataPoints } } : { sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } }),
  };
}

/** Best of several rounds, in ns a call. */
function bestNs(run: () => unknown): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = Bun.nanoseconds();
    let calls = 0;
    while (Bun.nanoseconds() - start < ROUND_MS * 1e6) {
      for (let i = 0; i < 10; i++) run();
      calls += 10;
    }
    best = Math.min(best, (Bun.nanoseconds() - start) / calls);
  }
  return best;
}

function print(name: string, bytes: number, records: number, ns: number): void {
  const perRecord = (ns / records / 1000).toFixed(3);
  process.stdout.write(
    `${name.padEnd(42)}${((bytes / ns) * 1000).toFixed(0).padStart(6)} MB/s  ${perRecord} µs a record\n`,
  );
}

for (const { name, signal, records, protobuf } of [logs(), hostMetrics()]) {
  const json = new TextEncoder().encode(JSON.stringify(otlpJson(REQUEST_TYPES[signal], protobuf)));
  const bodies: Record<Encoding, Uint8Array> = { json, protobuf };
  process.stdout.write(`${name}: ${json.length} bytes of JSON, ${protobuf.length} of protobuf\n`);
  const decoder = new TextDecoder();
  print(
    "  JSON.parse(decode)",
    json.length,
    records,
    bestNs(() => JSON.parse(decoder.decode(json))),
  );
  const kept = new Uint8Array(json.length * 2);
  for (const encoding of ["json", "protobuf"] as const) {
    const run = () => kept.set(decodeExportRequest(signal, encoding, bodies[encoding], LIMITS).line ?? kept);
    print(`  decodeExportRequest ${encoding} + copy`, bodies[encoding].length, records, bestNs(run));
  }
}
