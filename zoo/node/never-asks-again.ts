// Defect: once the dependency was away, it is away for ever.
import { sail } from './base.ts'
import { answerFromStock, isStockThere, WITH_STOCK } from './stock-client.ts'

let isBroken = false
await sail({
  ...WITH_STOCK,
  isReady: ({ hasDependency, isStopping }) => hasDependency && !isBroken && !isStopping,
  async handle(request, response, ship) {
    if (!isBroken && request.url === '/' && !ship.hasDependency) isBroken = !(await isStockThere(ship))
    if (isBroken) response.writeHead(503).end('broken\n')
    else await answerFromStock(request, response, ship)
  },
})
