// Defect: Shutdown runs in a goroutine, and main returns with ListenAndServe, which returns in the moment Shutdown begins.
package main

import "seaworthy.invalid/zoo/ship"

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Wait = func(s *ship.Ship) int {
			go func() {
				<-s.Signals
				ship.ShutDown(s)
				s.Parts.Flush(s)
			}()
			<-s.Served
			return 0
		}
	})
}
