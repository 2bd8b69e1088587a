// Defect: nobody sets a propagator, and that of the SDK for Go does nothing.
package main

import (
	"go.opentelemetry.io/otel/propagation"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) { parts.Telemetry.Propagator = propagation.NewCompositeTextMapPropagator() })
}
