// Golden: nothing is wrong with it.
package main

import "seaworthy.invalid/zoo/ship"

func main() { ship.Sail(func(*ship.Parts) {}) }
