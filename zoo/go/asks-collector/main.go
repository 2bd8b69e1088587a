// Defect: readiness dials the collector: without it, nobody gets an answer.
package main

import (
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.IsReady = func(s *ship.Ship, _ *http.Request) bool {
			collector, err := url.Parse(os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"))
			if err != nil {
				return false
			}
			connection, err := net.DialTimeout("tcp", collector.Host, time.Second)
			if err != nil {
				return false
			}
			_ = connection.Close()
			return !s.Stopping.Load()
		}
	})
}
