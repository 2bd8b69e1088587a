package main

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// withTrace writes the trace of the context into each line.
type withTrace struct{ slog.Handler }

func (handler withTrace) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return handler.Handler.Handle(ctx, record)
}

// WithAttrs and WithGroup keep the trace in what is made of it.
func (handler withTrace) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withTrace{handler.Handler.WithAttrs(attrs)}
}

func (handler withTrace) WithGroup(name string) slog.Handler {
	return withTrace{handler.Handler.WithGroup(name)}
}
