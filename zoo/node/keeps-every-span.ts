// Defect: keeps all spans until the collector has taken them, however long that is.
import { ExportResultCode } from '@opentelemetry/core'
import { sail } from './base.ts'
import { processor } from './span-processor.ts'
import { stockSdk } from './stock-sdk.ts'

await sail({
  telemetry: () =>
    stockSdk({
      processor: (exporter) => {
        const kept: Parameters<typeof exporter.export>[0] = []
        const send = async (): Promise<void> => {
          const batch = kept.slice(0, 512)
          if (batch.length === 0) return
          const isTaken = await new Promise((resolve) =>
            exporter.export(batch, ({ code }) => resolve(code === ExportResultCode.SUCCESS)),
          )
          if (isTaken === true) kept.splice(0, batch.length)
        }
        let isSending = false
        setInterval(() => {
          if (isSending) return
          isSending = true
          void send().finally(() => (isSending = false))
        }, 200).unref()
        return processor((span) => void kept.push(span), send)
      },
    }),
})
