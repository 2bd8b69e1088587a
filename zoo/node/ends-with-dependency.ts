// Defect: ends when the dependency is away.
import { setTimeout as pause } from 'node:timers/promises'
import { sail } from './base.ts'
import { answerFromStock, isStockThere } from './stock-client.ts'

await sail({
  handle: answerFromStock,
  async watch(ship) {
    ship.hasDependency = await isStockThere(ship)
    while (!ship.isStopping) {
      await pause(500)
      if (!ship.isStopping && !(await isStockThere(ship)) && !ship.isStopping) throw new Error('the stock is away')
    }
  },
})
