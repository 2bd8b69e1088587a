// Defect: for each request a goroutine that waits for ever to hand over what nobody takes any more.
package main

import (
	"net/http"
	"time"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Answer = func(s *ship.Ship, response http.ResponseWriter, request *http.Request) {
			found := make(chan string)
			go func() {
				time.Sleep(2 * time.Millisecond)
				found <- "late"
			}()
			select {
			case <-found:
			case <-time.After(time.Millisecond):
			}
			ship.Answer(s, response, request)
		}
	})
}
