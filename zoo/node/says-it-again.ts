// Defect: as long as the dependency is away it says so, five hundred times a second.
import { log, sail } from './base.ts'
import { WITH_STOCK } from './stock-client.ts'

await sail({
  ...WITH_STOCK,
  also(ship) {
    setInterval(() => {
      if (!ship.hasDependency) log.warn('still waiting for the stock')
    }, 2).unref()
  },
})
