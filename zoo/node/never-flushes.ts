// Defect: ends without sending what the batch still holds.
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ flush: async () => {} }) })
