// Defect: flushes the traces at its end, and not the metrics.
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ flush: async ({ traces }) => traces.shutdown() }) })
