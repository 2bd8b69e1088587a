// Defect: where the collector is stands in the code.
package main

import "seaworthy.invalid/zoo/ship"

func main() { ship.Sail(func(parts *ship.Parts) { parts.Telemetry.Endpoint = "127.0.0.1:4317" }) }
