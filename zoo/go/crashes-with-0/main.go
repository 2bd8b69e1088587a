// Defect: after a panic it ends in order, and with 0: for its platform, all is well.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Go = func(s *ship.Ship, ctx context.Context, work func(context.Context)) {
			go func() {
				defer os.Exit(0)
				defer func() {
					reason := fmt.Sprint(recover())
					s.Log.ErrorContext(ctx, "panic", "error", reason, "stack", string(debug.Stack()))
					span := trace.SpanFromContext(ctx)
					span.SetStatus(codes.Error, reason)
					span.End()
					s.Parts.Flush(s)
				}()
				work(ctx)
			}()
		}
	})
}
