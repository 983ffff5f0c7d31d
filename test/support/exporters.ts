import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { OTLPLogExporter as JsonLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as JsonMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** The official JavaScript SDK with its official exporters, as a user's program has them. */
export interface ExporterSettings {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly encoding: "json" | "protobuf";
  readonly compression: "gzip" | "none";
}

/** What the SDK is asked to send, one of each; the names are in the stored lines. */
export const SENT = {
  service: "sdk-client",
  log: { body: "a log record of the SDK", severityText: "INFO", attributes: { "job.step": 3, "job.ok": true } },
  counter: { name: "sdk.jobs", value: 7 },
  histogram: { name: "sdk.duration", values: [0.5, 20, 300] },
  span: { name: "sdk-span", attributes: { "http.method": "GET" } },
} as const;

/** Sends one log record, a counter, a histogram and a span. Rejects when an exporter reports a failure. */
export async function sendWithSdk(settings: ExporterSettings): Promise<void> {
  const resource = resourceFromAttributes({ "service.name": SENT.service });

  const logs = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: logExporter(settings) })],
  });
  logs.getLogger("test").emit(SENT.log);
  await logs.forceFlush();
  await logs.shutdown();

  const metrics = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({ exporter: metricExporter(settings), exportIntervalMillis: 3_600_000 }),
    ],
  });
  const meter = metrics.getMeter("test");
  meter.createCounter(SENT.counter.name).add(SENT.counter.value);
  const histogram = meter.createHistogram(SENT.histogram.name);
  for (const value of SENT.histogram.values) histogram.record(value);
  // Shutting down collects and exports once more: the only export of this reader.
  await metrics.shutdown();

  const traces = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: traceExporter(settings) })],
  });
  traces.getTracer("test").startSpan(SENT.span.name, { attributes: SENT.span.attributes }).end();
  await traces.forceFlush();
  await traces.shutdown();
}

function logExporter(settings: ExporterSettings) {
  const Exporter = settings.encoding === "json" ? JsonLogExporter : ProtobufLogExporter;
  return new Exporter(configuration(settings, "/v1/logs"));
}

function metricExporter(settings: ExporterSettings) {
  const Exporter = settings.encoding === "json" ? JsonMetricExporter : ProtobufMetricExporter;
  return new Exporter(configuration(settings, "/v1/metrics"));
}

function traceExporter(settings: ExporterSettings) {
  const Exporter = settings.encoding === "json" ? JsonTraceExporter : ProtobufTraceExporter;
  return new Exporter(configuration(settings, "/v1/traces"));
}

function configuration({ origin, compression }: ExporterSettings, path: string) {
  return {
    url: origin + path,
    compression: compression === "gzip" ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
  };
}
