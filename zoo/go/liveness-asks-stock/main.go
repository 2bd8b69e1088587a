// Defect: liveness fails with the dependency: an outage restarts the fleet.
package main

import (
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		ship.WithStock(parts)
		parts.IsAlive = func(s *ship.Ship, _ *http.Request) bool { return s.HasStock.Load() }
	})
}
