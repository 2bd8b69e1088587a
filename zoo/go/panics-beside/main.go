// Defect: nobody recovers in a goroutine, and Go ends the process before anything is sent.
package main

import (
	"context"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Go = func(_ *ship.Ship, ctx context.Context, work func(context.Context)) { go work(ctx) }
	})
}
