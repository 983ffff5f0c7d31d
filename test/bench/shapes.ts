/** The kinds of requests that benches send: like what runners write, the same in every run. */
import type { Signal } from "../../src/pipeline.ts";
import { MARK } from "./marks.ts";

/** A kind of request. */
export interface Shape {
  readonly name: string;
  readonly signal: Signal;
  /** Log records or data points in one request. */
  readonly records: number;
  /** The `n`th request of this kind; each has other texts, all have the marks of `marks.ts`. */
  request(n: number): object;
}

/** `records` log records, each about `recordBytes` long as OTLP/JSON. */
export function logs(records: number, recordBytes: number): Shape {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "runner" } }] };
  return {
    name: `${records} × ${recordBytes} B logs`,
    signal: "logs",
    records,
    request: (n) => {
      const random = seeded(records + recordBytes + n * 7919);
      const logRecords = Array.from({ length: records }, (_, i) => logRecord(i, recordBytes, random));
      return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "bench" }, logRecords }] }] };
    },
  };
}

/** One second of host metrics: 12 metrics of 8 points, in turn gauges with fractions and 64-bit counters. */
export function hostMetrics(): Shape {
  const metrics = Array.from({ length: 12 }, (_, i) => hostMetric(i));
  return {
    name: "host metrics",
    signal: "metrics",
    records: 96,
    request: (n) => {
      const resource = { attributes: [{ key: "host.name", value: { stringValue: `runner-${n}` } }] };
      return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "host" }, metrics }] }] };
    },
  };
}

const WORDS = (
  "Downloading artifact restored cache key build step finished in ms runner job queued GET https 200 OK error " +
  "warning node_modules resolving dependencies compiled successfully /home/runner/srv/_temp/ container image layer " +
  "already exists pulling sha256: tests passed skipped coverage uploading retry attempt connection"
).split(" ");

function logRecord(i: number, recordBytes: number, random: () => number): object {
  const isLong = recordBytes >= 500;
  const members = {
    timeUnixNano: MARK.unixNano,
    severityNumber: 9,
    severityText: "Information",
    ...(isLong && {
      observedTimeUnixNano: MARK.unixNano,
      attributes: [
        { key: "log.file.name", value: { stringValue: "Worker_20251122-153047-utc.log" } },
        { key: "log.file.record_offset", value: { intValue: `${i * 1017}` } },
        { key: "is_last", value: { boolValue: false } },
      ],
      traceId: MARK.traceId,
      spanId: MARK.spanId,
    }),
  };
  const envelope = isLong ? 420 : 130;
  let words = `[${MARK.count}]`;
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
    timeUnixNano: MARK.unixNano,
    attributes: [
      { key: "cpu", value: { stringValue: `cpu${i}` } },
      { key: "state", value: { stringValue: "user" } },
    ],
    ...(isGauge ? { asDouble: MARK.double } : { asInt: MARK.integer }),
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
