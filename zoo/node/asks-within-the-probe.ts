// Defect: each probe of readiness asks the dependency, and waits for its answer.
import { sail } from './base.ts'
import { answerFromStock, isStockThere } from './stock-client.ts'

await sail({ handle: answerFromStock, isReady: async (ship) => isStockThere(ship, 5000) })
