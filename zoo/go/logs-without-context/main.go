// Defect: slog.Info in place of slog.InfoContext: no line says to which trace it belongs.
package main

import (
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.LogRequest = func(s *ship.Ship, request *http.Request) {
			s.Log.Info("request", "method", request.Method, "path", request.URL.Path)
		}
	})
}
