// Defect: a signal that comes while it still loads is passed over: it starts, and stays.
import { sail, stopInOrder } from './base.ts'

await sail({
  loadingMs: 1500,
  stop: (ship, count) => (ship.isLoaded ? stopInOrder(ship, count) : undefined),
})
