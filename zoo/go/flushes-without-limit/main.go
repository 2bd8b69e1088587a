// Defect: the flush has the context of nobody, so a dead collector decides when the process ends.
package main

import (
	"context"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Flush = func(s *ship.Ship) { s.Telemetry.ShutDown(context.Background()) }
	})
}
