// Defect: AlwaysSample in the code, whatever the variables and the caller say.
package main

import (
	"go.opentelemetry.io/otel/sdk/trace"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Telemetry.Traces = func(exporter trace.SpanExporter) []trace.TracerProviderOption {
			return []trace.TracerProviderOption{trace.WithBatcher(exporter), trace.WithSampler(trace.AlwaysSample())}
		}
	})
}
