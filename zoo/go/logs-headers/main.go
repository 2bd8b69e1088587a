// Defect: it writes the headers of each request into its log.
package main

import (
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.LogRequest = func(s *ship.Ship, request *http.Request) {
			s.Log.InfoContext(request.Context(), "request", "path", request.URL.Path, "headers", request.Header)
		}
	})
}
