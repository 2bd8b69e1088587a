// Defect: it closes the listener first, and then waits for those who have not heard of it yet.
package main

import (
	"time"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Wait = func(s *ship.Ship) int {
			<-s.Signals
			go ship.ExitAtSecondSignal(s)
			s.Stopping.Store(true)
			s.SaysClose.Store(true)
			ship.ShutDown(s)
			time.Sleep(5 * time.Second)
			s.Parts.Flush(s)
			return 0
		}
	})
}
