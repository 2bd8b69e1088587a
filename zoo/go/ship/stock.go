package ship

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

const watchEvery = 500 * time.Millisecond

var (
	// StockURL is where the dependency is.
	StockURL = os.Getenv("STOCK_URL")
	// A client of its own for the watch: it makes no spans.
	watcher = &http.Client{Timeout: time.Second}
	asker   = &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport), Timeout: 1500 * time.Millisecond}
)

// WithStock makes a service depend on the stock, over HTTP.
func WithStock(parts *Parts) {
	parts.Answer = AnswerFromStock
	parts.Watch = watchStock
}

// AnswerFromStock asks for as long as its client waits, and answers 503 without an answer.
func AnswerFromStock(_ *Ship, response http.ResponseWriter, request *http.Request) {
	Reply(request.Context(), response, request)
}

// Reply asks in this context.
func Reply(ctx context.Context, response http.ResponseWriter, request *http.Request) {
	left, err := AskStock(ctx, request.URL.Query())
	if err != nil {
		response.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(response, "no stock")
		return
	}
	_, _ = response.Write(left)
}

// AskStock asks the dependency once.
func AskStock(ctx context.Context, query url.Values) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, LeftURL(query), nil)
	if err != nil {
		return nil, err
	}
	answered, err := asker.Do(request)
	if err != nil {
		return nil, err
	}
	defer answered.Body.Close()
	if answered.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the stock answered %d", answered.StatusCode)
	}
	return io.ReadAll(io.LimitReader(answered.Body, 1<<20))
}

// LeftURL hands on by what the call is found again, and nothing else: otelhttp writes whole addresses into its spans.
func LeftURL(query url.Values) string {
	const nonce = "seaworthy-nonce"
	return StockURL + "/left?" + url.Values{nonce: query[nonce]}.Encode()
}

// watchStock asks twice a second, and keeps the answer for readiness.
func watchStock(ship *Ship) {
	for !ship.Stopping.Load() {
		ship.HasStock.Store(IsStockThere(context.Background()))
		time.Sleep(watchEvery)
	}
}

// IsStockThere asks the dependency how it is.
func IsStockThere(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, StockURL+"/health", nil)
	if err != nil {
		return false
	}
	answered, err := watcher.Do(request)
	if err != nil {
		return false
	}
	defer answered.Body.Close()
	_, _ = io.Copy(io.Discard, answered.Body)
	return answered.StatusCode == http.StatusOK
}
