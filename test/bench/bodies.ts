/** The bodies that benches send: like what runners write, the same in every run. */
import { gzipSync } from "node:zlib";
import type { Encoding } from "../../src/otlp/export-request.ts";
import type { Signal } from "../../src/pipeline.ts";
import { encode, otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";

export interface Workload {
  readonly name: string;
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly isGzip: boolean;
  /** Log records or data points in one body. */
  readonly records: number;
  /** Length of the body before compression. */
  readonly plainBytes: number;
  readonly body: Uint8Array;
}

interface Shape {
  readonly name: string;
  readonly signal: Signal;
  readonly records: number;
  readonly request: object;
}

/** `records` log records, each about `recordBytes` long as OTLP/JSON. */
export function logs(records: number, recordBytes: number): Shape {
  const random = seeded(records + recordBytes);
  const logRecords = Array.from({ length: records }, (_, i) => logRecord(i, recordBytes, random));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "runner" } }] };
  const request = { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "bench" }, logRecords }] }] };
  return { name: `${records} × ${recordBytes} B logs`, signal: "logs", records, request };
}

/** One second of host metrics: 12 metrics of 8 points, in turn gauges with fractions and 64-bit counters. */
export function hostMetrics(): Shape {
  const metrics = Array.from({ length: 12 }, (_, i) => hostMetric(i));
  const resource = { attributes: [{ key: "host.name", value: { stringValue: "runner-1" } }] };
  const request = { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "host" }, metrics }] }] };
  return { name: "host metrics", signal: "metrics", records: 96, request };
}

/** `shape` as it is sent. */
export function workload({ name, signal, records, request }: Shape, encoding: Encoding, isGzip = false): Workload {
  const protobuf = encode(REQUEST_TYPES[signal], request);
  const json = (): Uint8Array => Buffer.from(JSON.stringify(otlpJson(REQUEST_TYPES[signal], protobuf)));
  const plain = encoding === "json" ? json() : protobuf;
  return {
    name: `${name}, ${encoding}${isGzip ? " gzip" : ""}`,
    signal,
    encoding,
    isGzip,
    records,
    plainBytes: plain.length,
    body: isGzip ? gzipSync(plain) : plain,
  };
}

/** The whole HTTP request, to be written to a socket as it is. */
export function httpRequest({ signal, encoding, isGzip, body }: Workload): Uint8Array {
  const contentType = encoding === "json" ? "application/json" : "application/x-protobuf";
  const lines = [
    `POST /v1/${signal} HTTP/1.1`,
    "host: 127.0.0.1",
    `content-type: ${contentType}`,
    `content-length: ${body.length}`,
    ...(isGzip ? ["content-encoding: gzip"] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

const WORDS = (
  "Downloading artifact restored cache key build step finished in ms runner job queued GET https 200 OK error " +
  "warning node_modules resolving dependencies compiled successfully /home/runner/srv/_temp/ container image layer " +
  "already exists pulling sha256: tests passed skipped coverage uploading retry attempt connection"
).split(" ");

function logRecord(i: number, recordBytes: number, random: () => number): object {
  const time = String(123_456_789 + i * 50_003).padStart(9, "0");
  const isLong = recordBytes >= 500;
  const members = {
    timeUnixNano: `1763826000${time}`,
    severityNumber: 9,
    severityText: "Information",
    ...(isLong && {
      observedTimeUnixNano: `1763826001${time}`,
      attributes: [
        { key: "log.file.name", value: { stringValue: "Worker_20251122-153047-utc.log" } },
        { key: "log.file.record_offset", value: { intValue: `${i * 1017}` } },
        { key: "is_last", value: { boolValue: false } },
      ],
      traceId: Buffer.alloc(16, i),
      spanId: Buffer.alloc(8, i),
    }),
  };
  const envelope = isLong ? 420 : 130;
  let words = `[${time}]`;
  while (words.length < recordBytes - envelope) {
    const word = WORDS[Math.floor(random() * WORDS.length)] ?? "";
    words += random() < 0.2 ? ` ${Math.floor(random() * 1e6).toString(16)}` : ` ${word}`;
  }
  return { ...members, body: { stringValue: words } };
}

function hostMetric(metric: number): object {
  const isGauge = metric % 2 === 0;
  const dataPoints = Array.from({ length: 8 }, (_, i) => ({
    startTimeUnixNano: "1763820000000000000",
    timeUnixNano: `17638260001234567${String(i).padStart(2, "0")}`,
    attributes: [
      { key: "cpu", value: { stringValue: `cpu${i}` } },
      { key: "state", value: { stringValue: "user" } },
    ],
    ...(isGauge ? { asDouble: 100 / (i + metric + 3) } : { asInt: `${i * 123_456_789}` }),
  }));
  const data = isGauge
    ? { gauge: { dataPoints } }
    : { sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } };
  return { name: `system.metric.${metric}`, description: "Something that the host measures.", unit: "1", ...data };
}

/** Numbers of [0, 1), the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
