// Defect: the flush at the end has no limit, and its rejection is nobody's: a dead collector decides how it ends.
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({
  telemetry: () =>
    stockSdk({
      isFlushLimited: false,
      flush: async ({ traces, metrics }) => Promise.all([traces.shutdown(), metrics.shutdown()]),
    }),
  crash: async () => process.exit(1),
})
