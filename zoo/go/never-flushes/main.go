// Defect: no provider is shut down, and what their batches hold is lost.
package main

import "seaworthy.invalid/zoo/ship"

func main() { ship.Sail(func(parts *ship.Parts) { parts.Flush = func(*ship.Ship) {} }) }
