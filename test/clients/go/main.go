// The official Go SDK with its OTLP/HTTP exporters, as a user's program has them.
//
// Usage: client ORIGIN COMPRESSION; compression is none or gzip. Sends the data of sent.ts and ends with 0 when every
// exporter reported success.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	logs  = 100
	spans = 20
)

var res = resource.NewSchemaless(attribute.String("service.name", "client"))

func main() {
	origin, isGzip := os.Args[1], os.Args[2] == "gzip"
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Second)
	defer cancel()
	// What the SDK does not return it reports here.
	var mutex sync.Mutex
	var failures []error
	fail := func(err error) {
		mutex.Lock()
		defer mutex.Unlock()
		failures = append(failures, err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(fail))

	var sending sync.WaitGroup
	for _, send := range []func(context.Context, string, bool) error{sendLogs, sendMetrics, sendSpans} {
		sending.Go(func() {
			if err := send(ctx, origin, isGzip); err != nil {
				fail(err)
			}
		})
	}
	sending.Wait()
	if len(failures) > 0 {
		fmt.Fprintln(os.Stderr, errors.Join(failures...))
		os.Exit(1)
	}
}

func sendLogs(ctx context.Context, origin string, isGzip bool) error {
	compression := otlploghttp.NoCompression
	if isGzip {
		compression = otlploghttp.GzipCompression
	}
	exporter, err := otlploghttp.New(ctx,
		otlploghttp.WithEndpointURL(origin+"/v1/logs"), otlploghttp.WithCompression(compression))
	if err != nil {
		return err
	}
	provider := sdklog.NewLoggerProvider(
		sdklog.WithResource(res), sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)))
	logger := provider.Logger("test")
	for n := range logs {
		var record log.Record
		record.SetTimestamp(time.Now())
		record.SetSeverity(log.SeverityInfo)
		record.SetSeverityText("INFO")
		record.SetBody(attribute.StringValue(fmt.Sprintf("log %d", n)))
		record.AddAttributes(attribute.Int("n", n), attribute.Bool("ok", true))
		logger.Emit(ctx, record)
	}
	return errors.Join(provider.ForceFlush(ctx), provider.Shutdown(ctx))
}

func sendMetrics(ctx context.Context, origin string, isGzip bool) error {
	compression := otlpmetrichttp.NoCompression
	if isGzip {
		compression = otlpmetrichttp.GzipCompression
	}
	exporter, err := otlpmetrichttp.New(ctx,
		otlpmetrichttp.WithEndpointURL(origin+"/v1/metrics"), otlpmetrichttp.WithCompression(compression))
	if err != nil {
		return err
	}
	reader := sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithInterval(time.Hour))
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithResource(res), sdkmetric.WithReader(reader))
	meter := provider.Meter("test")
	jobs, err := meter.Int64Counter("client.jobs")
	if err != nil {
		return err
	}
	jobs.Add(ctx, 7)
	duration, err := meter.Float64Histogram("client.duration")
	if err != nil {
		return err
	}
	for _, value := range []float64{0.5, 20, 300} {
		duration.Record(ctx, value)
	}
	observe := func(_ context.Context, observer metric.Float64Observer) error {
		observer.Observe(0.25)
		return nil
	}
	if _, err := meter.Float64ObservableGauge("client.load", metric.WithFloat64Callback(observe)); err != nil {
		return err
	}
	// The shutdown collects and exports: the only export of this reader.
	return provider.Shutdown(ctx)
}

func sendSpans(ctx context.Context, origin string, isGzip bool) error {
	compression := otlptracehttp.NoCompression
	if isGzip {
		compression = otlptracehttp.GzipCompression
	}
	exporter, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(origin+"/v1/traces"), otlptracehttp.WithCompression(compression))
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithBatcher(exporter))
	tracer := provider.Tracer("test")
	for n := range spans {
		_, span := tracer.Start(ctx, fmt.Sprintf("span %d", n), trace.WithAttributes(attribute.Int("n", n)))
		span.AddEvent("event")
		span.End()
	}
	return errors.Join(provider.ForceFlush(ctx), provider.Shutdown(ctx))
}
