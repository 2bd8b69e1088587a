package ship

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// WithTrace writes the trace of the context into each line.
type WithTrace struct{ slog.Handler }

func (handler WithTrace) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return handler.Handler.Handle(ctx, record)
}

// WithAttrs and WithGroup keep the trace in what is made of it.
func (handler WithTrace) WithAttrs(attrs []slog.Attr) slog.Handler {
	return WithTrace{handler.Handler.WithAttrs(attrs)}
}

func (handler WithTrace) WithGroup(name string) slog.Handler {
	return WithTrace{handler.Handler.WithGroup(name)}
}
