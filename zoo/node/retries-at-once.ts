// Defect: twenty loops ask again in the moment in which the dependency has failed, for as long as it does.
import { setTimeout as pause } from 'node:timers/promises'
import { sail } from './base.ts'
import { answerFromStock, isStockThere } from './stock-client.ts'

const LOOPS = 20
await sail({
  handle: answerFromStock,
  async watch(ship) {
    const loop = async (): Promise<void> => {
      while (!ship.isStopping) {
        ship.hasDependency = await isStockThere(ship)
        if (ship.hasDependency) await pause(1000)
      }
    }
    await Promise.all(Array.from({ length: LOOPS }, loop))
  },
})
