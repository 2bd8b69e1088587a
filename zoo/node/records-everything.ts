// Defect: records every trace, whatever it was told.
import { AlwaysOnSampler } from '@opentelemetry/sdk-trace'
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ sampler: new AlwaysOnSampler() }) })
