// Defect: closes the listener first: whoever has not heard of its end yet is refused.
import { closeInOrder, sail, written } from './base.ts'

await sail({
  async stop(ship, count) {
    if (count > 1) process.exit(130)
    ship.isStopping = true
    ship.saysClose = true
    await closeInOrder(ship)
    await ship.telemetry.stop(2500)
    await written()
    process.exit(0)
  },
})
