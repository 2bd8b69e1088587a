package ship

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// routes are "/" at once, "/slow" after 600 ms, "POST /echo" when the body has come, and "/crash".
func (ship *Ship) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, answer http.HandlerFunc) {
		mux.HandleFunc(pattern, func(response http.ResponseWriter, request *http.Request) {
			ship.Parts.LogRequest(ship, request)
			answer(response, request)
		})
	}
	handle("GET /{$}", func(response http.ResponseWriter, request *http.Request) {
		ship.Parts.Answer(ship, response, request)
	})
	handle("GET /slow", func(response http.ResponseWriter, request *http.Request) {
		select {
		case <-time.After(600 * time.Millisecond):
			fmt.Fprintln(response, "ok")
		case <-request.Context().Done():
		}
	})
	handle("POST /echo", func(response http.ResponseWriter, request *http.Request) {
		if length, err := io.Copy(io.Discard, request.Body); err == nil {
			fmt.Fprintln(response, length, "bytes")
		}
	})
	handle("GET /crash", func(response http.ResponseWriter, request *http.Request) {
		ship.Parts.Go(ship, request.Context(), func(context.Context) {
			panic(errors.New("a mistake that nobody caught"))
		})
		<-request.Context().Done()
	})
	return mux
}

// Answer takes as long as a lookup in memory.
func Answer(_ *Ship, response http.ResponseWriter, _ *http.Request) {
	time.Sleep(time.Millisecond)
	fmt.Fprintln(response, "ok")
}

// LogRequest writes one line.
func LogRequest(ship *Ship, request *http.Request) {
	ship.Log.InfoContext(request.Context(), "request", "method", request.Method, "path", request.URL.Path)
}

// GoGuarded says why work has panicked, sends what is known, and ends with an error: without it, Go ends the process at
// once, and nothing is sent.
func GoGuarded(ship *Ship, ctx context.Context, work func(context.Context)) {
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				ship.Log.ErrorContext(ctx, "panic", "error", fmt.Sprint(reason), "stack", string(debug.Stack()))
				span := trace.SpanFromContext(ctx)
				span.RecordError(fmt.Errorf("panic: %v", reason), trace.WithStackTrace(true))
				span.SetStatus(codes.Error, fmt.Sprint(reason))
				span.End()
				ship.Parts.Flush(ship)
				os.Exit(1)
			}
		}()
		work(ctx)
	}()
}
