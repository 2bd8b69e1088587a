// Ends by process.exit(), with things that only the end itself brings: a metric, a trace that is kept for its error, and
// what others create when they hear of the end, before and after telemetry does.
import { writeSync } from 'node:fs'
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api'
import { createTelemetry } from 'seaworthy'

const { LATE = '0' } = process.env

function createLate(when: string): void {
  for (let order = 0; order < Number(LATE); order++) {
    trace.getTracer('ends-late').startSpan(when, { attributes: { order } }).end()
  }
}

/** A pipe has what was written to it, also after the end of the process. */
function say(_: object, message: string): void {
  writeSync(1, `${message}\n`)
}

process.on('exit', () => createLate('heard before'))

const telemetry = createTelemetry({
  serviceName: 'ends-late',
  env: process.env,
  log: { debug() {}, info() {}, warn: say, error: say },
  instrument: { http: false, runtime: false },
  sampling: { rules: [{ name: 'kept*', probability: 0 }], keep: { errors: true } },
})
await telemetry.start()
process.on('exit', () => {
  createLate('heard after')
  telemetry.emitLogLine('{"level":30,"time":1,"msg":"the last line"}\n')
})

if (process.env['END'] === 'exit') {
  metrics.getMeter('ends-late').createCounter('counted').add(7)
  const tracer = trace.getTracer('ends-late')
  tracer.startActiveSpan('kept root', () => {
    const child = tracer.startSpan('kept child')
    child.setStatus({ code: SpanStatusCode.ERROR })
    child.end()
  })
  process.exit(3)
}
process.stdout.write('ready\n')
process.once('SIGTERM', () => void telemetry.flush(5000).then(() => process.exit(0)))
setInterval(() => {}, 60_000)
