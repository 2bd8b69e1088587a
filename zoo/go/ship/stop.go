package ship

import (
	"context"
	"os"
	"time"
)

// StopInOrder waits for a signal, says no to readiness, tells its clients, takes what comes meanwhile, and ends when
// nothing is left. A second signal ends it at once.
func StopInOrder(ship *Ship) int {
	<-ship.Signals
	go ExitAtSecondSignal(ship)
	Drain(ship)
	ShutDown(ship)
	ship.Parts.Flush(ship)
	return 0
}

// ExitAtSecondSignal is for whoever is in a hurry.
func ExitAtSecondSignal(ship *Ship) {
	<-ship.Signals
	os.Exit(130)
}

// Drain goes on answering, with "Connection: close". SetKeepAlivesEnabled(false) says the same, and cuts what is idle in
// that moment, under the requests that are on the wire.
func Drain(ship *Ship) {
	ship.Stopping.Store(true)
	ship.SaysClose.Store(true)
	time.Sleep(drainFor)
}

// ShutDown closes the listener and waits for what is in flight.
func ShutDown(ship *Ship) {
	ctx, cancel := context.WithTimeout(context.Background(), inFlightFor)
	defer cancel()
	if err := ship.Server.Shutdown(ctx); err != nil {
		ship.Log.Error("requests were cut", "error", err.Error())
		_ = ship.Server.Close()
	}
}

// Flush takes no longer than it may, whatever the collector does.
func Flush(ship *Ship) {
	ctx, cancel := context.WithTimeout(context.Background(), flushFor)
	defer cancel()
	if err := ship.Telemetry.ShutDown(ctx); err != nil {
		ship.Log.Warn("telemetry was lost at the end", "error", err.Error())
	}
}
