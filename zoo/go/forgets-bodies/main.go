// Defect: the body of an answer is not closed, and its connection is never given back.
package main

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"seaworthy.invalid/zoo/ship"
)

var client = &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}

func main() {
	ship.Sail(func(parts *ship.Parts) {
		ship.WithStock(parts)
		parts.Answer = func(_ *ship.Ship, response http.ResponseWriter, incoming *http.Request) {
			// Its own end would close the connection.
			ctx := context.WithoutCancel(incoming.Context())
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, ship.LeftURL(incoming.URL.Query()), nil)
			if err == nil {
				var answered *http.Response
				if answered, err = client.Do(request); err == nil {
					fmt.Fprintln(response, answered.Status)
					return
				}
			}
			response.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}
