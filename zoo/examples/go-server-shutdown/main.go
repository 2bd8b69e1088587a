// Source: Go 1.26.8, src/net/http/example_test.go, ExampleServer_Shutdown
// (https://pkg.go.dev/net/http#example-Server.Shutdown, read 2026-11-23). Licence: BSD-3-Clause, © 2009 The Go Authors.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	var srv http.Server
	srv.Addr = ":" + os.Getenv("PORT")
	http.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })
	http.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) { time.Sleep(600 * time.Millisecond) })

	idleConnsClosed := make(chan struct{})
	go func() {
		sigint := make(chan os.Signal, 1)
		signal.Notify(sigint, os.Interrupt)
		<-sigint

		// We received an interrupt signal, shut down.
		if err := srv.Shutdown(context.Background()); err != nil {
			// Error from closing listeners, or context timeout:
			log.Printf("HTTP server Shutdown: %v", err)
		}
		close(idleConnsClosed)
	}()

	if err := srv.ListenAndServe(); err != http.ErrServerClosed {
		// Error starting or closing listener:
		log.Fatalf("HTTP server ListenAndServe: %v", err)
	}

	<-idleConnsClosed
}
