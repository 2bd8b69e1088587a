// Defect: what its SDK drops is counted nowhere, and no line says so.
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ saysLosses: false }) })
