// Defect: a second signal waits in a channel that nobody reads any more.
package main

import "seaworthy.invalid/zoo/ship"

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Wait = func(s *ship.Ship) int {
			<-s.Signals
			ship.Drain(s)
			ship.ShutDown(s)
			s.Parts.Flush(s)
			return 0
		}
	})
}
