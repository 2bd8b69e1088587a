// Defect: log.Fatal takes the end of ListenAndServe for an error, and ends the process in the middle of its shutdown.
package main

import (
	"log"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Serve = func(s *ship.Ship) { log.Fatal(s.Server.ListenAndServe()) }
	})
}
