package ship

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// Sail starts the service with its own parts changed, and returns never.
func Sail(change func(*Parts)) {
	parts := golden()
	change(&parts)
	port, err := parts.Port()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(78)
	}
	ship := &Ship{Parts: parts, Signals: make(chan os.Signal, 2), Served: make(chan struct{})}
	if parts.Wait != nil {
		// Before it listens: whoever sees it listen may already send a signal.
		signal.Notify(ship.Signals, syscall.SIGTERM, syscall.SIGINT)
	}
	ship.HasStock.Store(parts.Watch == nil)
	ship.Log, ship.Telemetry = startTelemetry(parts.Telemetry)
	ship.Server = &http.Server{
		Addr:              net.JoinHostPort("", strconv.Itoa(port)),
		Handler:           ship.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       65 * time.Second,
	}
	if parts.Watch != nil {
		go parts.Watch(ship)
	}
	go func() {
		defer close(ship.Served)
		parts.Serve(ship)
	}()
	if parts.Wait == nil {
		select {}
	}
	os.Exit(parts.Wait(ship))
}

func readPort() (int, error) {
	text, isSet := os.LookupEnv("PORT")
	if !isSet {
		return 8080, nil
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("PORT is %q; expected a number up to 65535", text)
	}
	return int(port), nil
}

// Serve ends the process when it cannot.
func Serve(ship *Ship) {
	if err := ship.Server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		ship.Log.Error("cannot serve", "error", err.Error())
		ship.Parts.Flush(ship)
		os.Exit(1)
	}
}

func (ship *Ship) handler() http.Handler {
	probes := http.NewServeMux()
	probes.HandleFunc("GET /livez", probe(ship, ship.Parts.IsAlive))
	probes.HandleFunc("GET /readyz", probe(ship, ship.Parts.IsReady))
	probes.Handle("/", ship.Telemetry.around(ship.routes()))
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if ship.SaysClose.Load() {
			response.Header().Set("Connection", "close")
		}
		probes.ServeHTTP(response, request)
	})
}

func probe(ship *Ship, isGood func(*Ship, *http.Request) bool) http.HandlerFunc {
	return func(response http.ResponseWriter, request *http.Request) {
		if !isGood(ship, request) {
			response.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}
