// Defect: begins a trace of its own for each request, whatever the caller sent.
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({ telemetry: () => stockSdk({ incoming: () => ROOT_CONTEXT }) })
