// Defect: asks its dependency without the context.
import { sail } from './base.ts'
import { WITH_STOCK } from './stock-client.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ ...WITH_STOCK, telemetry: () => stockSdk({ injects: false }) })
