// Defect: works for each span as long as for some requests.
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({
  telemetry: () =>
    stockSdk({
      processor: (exporter) => {
        const batch = new BatchSpanProcessor({ exporter })
        const onEnd = batch.onEnd.bind(batch)
        batch.onEnd = (span) => {
          for (let count = 0; count < 2000; count++) JSON.stringify(span.attributes)
          onEnd(span)
        }
        return batch
      },
    }),
})
