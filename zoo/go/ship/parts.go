// Package ship is a service that is as it should be, made of parts. An animal replaces one part by one that is not; its
// golden twin replaces none. Plain net/http and the OpenTelemetry SDK: what they do by themselves is part of what is tried.
package ship

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// Ship is what the parts know of each other.
type Ship struct {
	Server    *http.Server
	Telemetry *Telemetry
	Log       *slog.Logger
	// Stopping says whether it was told to stop.
	Stopping atomic.Bool
	// SaysClose says whether each answer says "Connection: close".
	SaysClose atomic.Bool
	// HasStock says whether the dependency answered when it was asked last; true without one.
	HasStock atomic.Bool
	// Signals are those that it was sent, when somebody handles them.
	Signals chan os.Signal
	// Served is closed when the server's Serve has returned.
	Served chan struct{}
	Parts  Parts
}

// Parts are what an animal may have different.
type Parts struct {
	Telemetry TelemetryParts
	// Port is where it listens.
	Port func() (int, error)
	// IsReady and IsAlive answer the probes, and nothing else.
	IsReady func(*Ship, *http.Request) bool
	IsAlive func(*Ship, *http.Request) bool
	// Answer answers "GET /".
	Answer func(*Ship, http.ResponseWriter, *http.Request)
	// LogRequest writes what is written of a request, before it is answered.
	LogRequest func(*Ship, *http.Request)
	// Go runs work of a request beside it.
	Go func(*Ship, context.Context, func(context.Context))
	// Watch asks whether the dependency is there, again and again; nil without one.
	Watch func(*Ship)
	// Serve listens and answers until the listener is closed, and says what becomes of an error.
	Serve func(*Ship)
	// Wait returns when the process may end, with its exit code; nil means that nobody handles signals.
	Wait func(*Ship) int
	// Flush sends what telemetry still holds.
	Flush func(*Ship)
}

const (
	// drainFor is the time for everybody who sends requests to hear that nobody should.
	drainFor = 1500 * time.Millisecond
	// inFlightFor is what requests have that were taken; those that are not done by then are cut.
	inFlightFor = 8 * time.Second
	flushFor    = 2500 * time.Millisecond
)

func golden() Parts {
	return Parts{
		Telemetry:  goldenTelemetry(),
		Port:       readPort,
		IsReady:    func(ship *Ship, _ *http.Request) bool { return ship.HasStock.Load() && !ship.Stopping.Load() },
		IsAlive:    func(*Ship, *http.Request) bool { return true },
		Answer:     Answer,
		LogRequest: LogRequest,
		Go:         GoGuarded,
		Serve:      Serve,
		Wait:       StopInOrder,
		Flush:      Flush,
	}
}
