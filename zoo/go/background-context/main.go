// Defect: it asks its dependency with context.Background().
package main

import (
	"context"
	"net/http"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		ship.WithStock(parts)
		parts.Answer = func(_ *ship.Ship, response http.ResponseWriter, request *http.Request) {
			ship.Reply(context.Background(), response, request)
		}
	})
}
