package ship

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"

	"github.com/google/uuid"
	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
)

// Telemetry is what the service says of itself.
type Telemetry struct {
	// around makes a span and a measurement of each request.
	around    func(http.Handler) http.Handler
	shutDowns []func(context.Context) error
}

// TelemetryParts are what an animal has different from what the SDK is by itself.
type TelemetryParts struct {
	ServiceName string
	// Traces are added to what the variables say: a sampler, what hands spans to the exporter.
	Traces func(trace.SpanExporter) []trace.TracerProviderOption
	// Propagator of the context.
	Propagator propagation.TextMapPropagator
	// Endpoint of the collector, in place of what the variables say.
	Endpoint string
	// Lines take what the service writes; the OpenTelemetry bridge is beside them.
	Lines slog.Handler
}

func goldenTelemetry() TelemetryParts {
	name := os.Getenv("OTEL_SERVICE_NAME")
	if name == "" {
		name = "shop"
	}
	return TelemetryParts{
		ServiceName: name,
		Traces: func(exporter trace.SpanExporter) []trace.TracerProviderOption {
			return []trace.TracerProviderOption{trace.WithBatcher(exporter)}
		},
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		Lines:      WithTrace{slog.NewJSONHandler(os.Stdout, nil)},
	}
}

// startTelemetry reads the sampler, the times and the collector from the variables of OpenTelemetry, as the SDK does.
func startTelemetry(parts TelemetryParts) (*slog.Logger, *Telemetry) {
	// The SDK of Go does not read this one by itself.
	if os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return slog.New(parts.Lines), &Telemetry{around: func(next http.Handler) http.Handler { return next }}
	}
	ctx := context.Background()
	res, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK(), resource.WithAttributes(
		semconv.ServiceName(parts.ServiceName),
		semconv.ServiceVersion("1.0.0"),
		semconv.ServiceInstanceID(uuid.NewString()),
	))
	spans, err1 := newTraceExporter(ctx, parts.Endpoint)
	metrics, err2 := newMetricExporter(ctx, parts.Endpoint)
	logs, err3 := newLogExporter(ctx, parts.Endpoint)
	if err := errors.Join(err, err1, err2, err3); err != nil {
		fmt.Fprintln(os.Stderr, "telemetry:", err)
		os.Exit(78)
	}
	traces := trace.NewTracerProvider(append(parts.Traces(spans), trace.WithResource(res))...)
	meters := metric.NewMeterProvider(metric.WithResource(res), metric.WithReader(metric.NewPeriodicReader(metrics)))
	loggers := log.NewLoggerProvider(log.WithResource(res), log.WithProcessor(log.NewBatchProcessor(logs)))
	otel.SetTracerProvider(traces)
	otel.SetMeterProvider(meters)
	otel.SetTextMapPropagator(parts.Propagator)
	lines := slog.New(slog.NewMultiHandler(parts.Lines, otelslog.NewHandler("shop", otelslog.WithLoggerProvider(loggers))))
	// By itself, the SDK writes text to standard error. A line about an export is not exported, or there would be no end of it.
	problems := slog.New(parts.Lines)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { problems.Warn("telemetry", "error", err.Error()) }))
	return lines, &Telemetry{
		around:    func(next http.Handler) http.Handler { return otelhttp.NewHandler(next, "shop") },
		shutDowns: []func(context.Context) error{traces.Shutdown, meters.Shutdown, loggers.Shutdown},
	}
}

// ShutDown sends traces, metrics and logs at the same time, for as long as the context lets it.
func (telemetry *Telemetry) ShutDown(ctx context.Context) error {
	failed := make([]error, len(telemetry.shutDowns))
	var all sync.WaitGroup
	for index, shutDown := range telemetry.shutDowns {
		all.Go(func() { failed[index] = shutDown(ctx) })
	}
	all.Wait()
	return errors.Join(failed...)
}
