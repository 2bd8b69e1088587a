// Defect: each answer waits until its span has been taken by the collector.
import { sail } from './base.ts'
import { processor } from './span-processor.ts'
import { stockSdk } from './stock-sdk.ts'

let exported: Promise<void> = Promise.resolve()
await sail({
  telemetry: () =>
    stockSdk({
      processor: (exporter) =>
        processor((span) => {
          exported = new Promise((resolve) => exporter.export([span], () => resolve()))
        }),
      beforeAnswer: async () => exported,
    }),
})
