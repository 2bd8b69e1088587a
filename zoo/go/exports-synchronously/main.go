// Defect: WithSyncer sends each span when it ends, and the answer waits for it.
package main

import (
	"go.opentelemetry.io/otel/sdk/trace"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Telemetry.Traces = func(exporter trace.SpanExporter) []trace.TracerProviderOption {
			return []trace.TracerProviderOption{trace.WithSyncer(exporter)}
		}
	})
}
