// Defect: it takes its default when the port that it was told is none.
package main

import (
	"os"
	"strconv"

	"seaworthy.invalid/zoo/ship"
)

func main() {
	ship.Sail(func(parts *ship.Parts) {
		parts.Port = func() (int, error) {
			if port, err := strconv.Atoi(os.Getenv("PORT")); err == nil {
				return port, nil
			}
			return 8080, nil
		}
	})
}
