// Defect: drains, and never tells those who keep their connections that these are about to go.
import { setTimeout as pause } from 'node:timers/promises'
import { closeInOrder, sail, written } from './base.ts'

await sail({
  async stop(ship, count) {
    if (count > 1) process.exit(130)
    ship.isStopping = true
    await pause(1500)
    await closeInOrder(ship)
    await ship.telemetry.stop(2500)
    await written()
    process.exit(0)
  },
})
