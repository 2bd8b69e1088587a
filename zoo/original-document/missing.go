// What the document uses and does not show. Nothing here may be the reason of a finding: it is as good as it can be.
package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// Logger is named by the document, which shows of it NewLogger(level) and Info(message, pairs...).
type Logger struct{ *slog.Logger }

// NewLogger writes JSON lines to standard output, as the document's third principle asks.
func NewLogger(level string) (*Logger, error) {
	var parsed slog.Level
	if err := parsed.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("LOG_LEVEL: %w", err)
	}
	return &Logger{slog.New(withTrace{slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: parsed})})}, nil
}

// The document's main uses both, and declares neither.
var (
	db         = openDatabase(getEnv("DATABASE_URL", "http://127.0.0.1:9"))
	httpServer = &http.Server{
		Addr:    ":" + getEnv("PORT", "8080"),
		Handler: routes(),
	}
)

// The probes are at the paths of the document's manifest, answered by the only handler that it has for them. What asks
// for anything else gets a span of the usual instrumentation: the document shows none.
func routes() http.Handler {
	health := SetupHealthChecks(db, getEnv("OTLP_ENDPOINT", "localhost:4317")).Handler()
	business := http.NewServeMux()
	business.HandleFunc("GET /{$}", answerIn(0))
	business.HandleFunc("GET /slow", answerIn(600*time.Millisecond))
	mux := http.NewServeMux()
	mux.Handle("/healthz", health)
	mux.Handle("/readyz", health)
	mux.Handle("/", otelhttp.NewHandler(business, "business"))
	return mux
}

var requests = slog.New(withTrace{slog.NewJSONHandler(os.Stdout, nil)})

func answerIn(pause time.Duration) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		requests.InfoContext(request.Context(), "request", "method", request.Method, "path", request.URL.Path)
		if err := db.PingContext(request.Context()); err != nil {
			response.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		select {
		case <-time.After(pause):
			fmt.Fprintln(response, "ok")
		case <-request.Context().Done():
		}
	}
}
