// Golden: depends on the stock, over HTTP.
package main

import "seaworthy.invalid/zoo/ship"

func main() { ship.Sail(ship.WithStock) }
