// Defect: log.Printf, and not one field in it.
package main

import (
	"log"
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.LogRequest = func(_ *ship.Ship, request *http.Request) { log.Printf("got %s %s", request.Method, request.URL.Path) }
	})
}
