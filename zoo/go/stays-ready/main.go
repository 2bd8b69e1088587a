// Defect: readiness says yes to the end.
package main

import (
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.IsReady = func(*ship.Ship, *http.Request) bool { return true }
	})
}
