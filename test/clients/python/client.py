"""The official Python SDK with its OTLP/HTTP exporters, as a user's program has them.

Usage: client.py ORIGIN COMPRESSION; compression is none, gzip or deflate. Sends the data of sent.ts and ends with 0
when every exporter reported success.
"""

import sys

from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExportResult
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExportResult, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

LOGS = 100
SPANS = 20
failures = []


def watched(exporter, success):
    """The exporter, its reports kept: the SDK itself only logs them."""
    export = exporter.export

    def export_and_watch(*args, **kwargs):
        result = export(*args, **kwargs)
        if result is not success:
            failures.append(f"{type(exporter).__name__}: {result}")
        return result

    exporter.export = export_and_watch
    return exporter


def main(origin, compression):
    resource = Resource.create({"service.name": "client"})

    def options(signal):
        return {"endpoint": f"{origin}/v1/{signal}", "compression": Compression(compression)}

    logs = LoggerProvider(resource=resource)
    log_exporter = watched(OTLPLogExporter(**options("logs")), LogRecordExportResult.SUCCESS)
    logs.add_log_record_processor(BatchLogRecordProcessor(log_exporter))
    logger = logs.get_logger("test")
    for n in range(LOGS):
        attributes = {"n": n, "ok": True}
        logger.emit(body=f"log {n}", severity_number=SeverityNumber.INFO, severity_text="INFO", attributes=attributes)

    metric_exporter = watched(OTLPMetricExporter(**options("metrics")), MetricExportResult.SUCCESS)
    reader = PeriodicExportingMetricReader(metric_exporter, export_interval_millis=3_600_000)
    metrics = MeterProvider(resource=resource, metric_readers=[reader])
    meter = metrics.get_meter("test")
    meter.create_counter("client.jobs").add(7)
    histogram = meter.create_histogram("client.duration")
    for value in (0.5, 20, 300):
        histogram.record(value)
    meter.create_observable_gauge("client.load", callbacks=[lambda _: [Observation(0.25)]])

    traces = TracerProvider(resource=resource)
    span_exporter = watched(OTLPSpanExporter(**options("traces")), SpanExportResult.SUCCESS)
    traces.add_span_processor(BatchSpanProcessor(span_exporter))
    tracer = traces.get_tracer("test")
    for n in range(SPANS):
        span = tracer.start_span(f"span {n}", attributes={"n": n})
        span.add_event("event")
        span.end()

    # Each shutdown exports what is left; that of the metrics collects them, too: their only export.
    for provider in (logs, metrics, traces):
        provider.shutdown()


main(sys.argv[1], sys.argv[2])
for failure in failures:
    print(failure, file=sys.stderr)
sys.exit(1 if failures else 0)
