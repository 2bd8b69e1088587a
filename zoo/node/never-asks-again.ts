// Defect: once the dependency was away for two seconds, it is away for ever.
import { setTimeout as pause } from 'node:timers/promises'
import { sail } from './base.ts'
import { answerFromStock, isStockThere } from './stock-client.ts'

const GIVES_UP_AFTER = 4
let failures = 0
const hasGivenUp = (): boolean => failures >= GIVES_UP_AFTER

await sail({
  isReady: ({ hasDependency, isStopping }) => hasDependency && !hasGivenUp() && !isStopping,
  async watch(ship) {
    while (!ship.isStopping && !hasGivenUp()) {
      ship.hasDependency = await isStockThere(ship)
      failures = ship.hasDependency ? 0 : failures + 1
      await pause(500)
    }
  },
  async handle(request, response, ship) {
    if (hasGivenUp()) response.writeHead(503).end('no stock\n')
    else await answerFromStock(request, response, ship)
  },
})
