// Defect: does all that a stop needs but one thing: it does not end. Something is still open.
import { setTimeout as pause } from 'node:timers/promises'
import { closeInOrder, sail } from './base.ts'

await sail({
  async stop(ship) {
    ship.isStopping = true
    ship.saysClose = true
    await pause(1500)
    await closeInOrder(ship)
    await ship.telemetry.stop(2500)
    setInterval(() => {}, 60_000)
  },
})
