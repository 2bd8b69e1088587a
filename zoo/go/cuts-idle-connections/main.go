// Defect: SetKeepAlivesEnabled(false) tells clients to go, and cuts the connections that are idle in that moment.
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
			s.Server.SetKeepAlivesEnabled(false)
			time.Sleep(1500 * time.Millisecond)
			ship.ShutDown(s)
			s.Parts.Flush(s)
			return 0
		}
	})
}
