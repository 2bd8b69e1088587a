// A service that keeps its own pino: each of its lines says in which span it was written.
import { trace } from '@opentelemetry/api'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { createTelemetry } from 'seaworthy'

const lines: string[] = []
const output = new Writable({
  write(line: Buffer, _encoding, done) {
    lines.push(line.toString())
    done()
  },
})

const telemetry = createTelemetry({ serviceName: 'orders', env: process.env })
await telemetry.start()

// #region mixin
const log = pino(
  {
    mixin() {
      const span = trace.getActiveSpan()?.spanContext()
      if (span === undefined) return {}
      return { trace_id: span.traceId, span_id: span.spanId, trace_flags: `0${span.traceFlags}` }
    },
  },
  output,
)
// #endregion mixin

trace.getTracer('orders').startActiveSpan('read order', (span) => {
  log.info({ orderId: 'o-1042' }, 'order read')
  span.end()
})
await telemetry.shutdown()

const { trace_id: traceId } = JSON.parse(lines[0] ?? '{}') as { readonly trace_id?: string }
if (!/^[0-9a-f]{32}$/.test(traceId ?? '')) throw new Error('the line has no trace')
