// Defect: it ends in the moment of the signal, with os.Exit, past everything that was deferred.
package main

import (
	"os"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Wait = func(s *ship.Ship) int {
			defer s.Parts.Flush(s)
			<-s.Signals
			os.Exit(0)
			return 0
		}
	})
}
