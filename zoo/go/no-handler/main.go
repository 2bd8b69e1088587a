// Defect: nobody handles SIGTERM.
package main

import "seaworthy.invalid/zoo/ship"

func main() { ship.Sail(func(parts *ship.Parts) { parts.Wait = nil }) }
