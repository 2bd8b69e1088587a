// Defect: its name is written into the code.
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ serviceName: 'shop' }) })
