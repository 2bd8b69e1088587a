// Defect: after the first export that failed it sends no more spans.
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import { sail } from './base.ts'
import { stockSdk } from './stock-sdk.ts'

// Too little for a second attempt: what a short absence would be healed by is part of the exporter.
const exporter = new OTLPTraceExporter({ timeoutMillis: 500 })
let isBroken = false

await sail({
  telemetry: () =>
    stockSdk({
      processor: () =>
        new BatchSpanProcessor({
          scheduledDelayMillis: Number(process.env['OTEL_BSP_SCHEDULE_DELAY'] ?? 5000),
          exporter: {
            export(spans, done) {
              if (isBroken) return done({ code: ExportResultCode.SUCCESS })
              exporter.export(spans, (result) => {
                isBroken ||= result.code !== ExportResultCode.SUCCESS
                done(result)
              })
            },
            forceFlush: async () => exporter.forceFlush(),
            shutdown: async () => exporter.shutdown(),
          },
        }),
    }),
})
