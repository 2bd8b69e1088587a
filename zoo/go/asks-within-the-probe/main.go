// Defect: each probe of readiness asks the dependency, and waits for its answer for as long as it takes.
package main

import (
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		ship.WithStock(parts)
		parts.IsReady = func(s *ship.Ship, request *http.Request) bool {
			_, err := ship.AskStock(request.Context(), nil)
			return err == nil && !s.Stopping.Load()
		}
	})
}
