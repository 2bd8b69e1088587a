// Defect: a second signal is ignored: whoever is in a hurry has to kill it.
import { sail, stopInOrder } from './base.ts'

await sail({ stop: (ship, count) => (count === 1 ? stopInOrder(ship) : undefined) })
