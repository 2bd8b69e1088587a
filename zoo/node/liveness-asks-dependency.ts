// Defect: liveness fails with the dependency: an outage restarts the fleet.
import { sail } from './base.ts'
import { WITH_STOCK } from './stock-client.ts'

await sail({ ...WITH_STOCK, isAlive: ({ hasDependency }) => hasDependency })
