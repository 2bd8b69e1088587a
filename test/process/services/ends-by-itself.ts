// Creates a span and, once it is on its way, has nothing more to do: it does not end telemetry, and does not exit.
import { trace } from '@opentelemetry/api'
import { createTelemetry } from 'seaworthy'

const telemetry = createTelemetry({
  serviceName: 'ends-by-itself',
  env: process.env,
  instrument: { http: false, runtime: false },
})
await telemetry.start()
if (process.env['SPAN'] !== undefined) trace.getTracer('test').startSpan(process.env['SPAN']).end()
// Until the test says so; then nothing is left that keeps the process alive.
const waiting = setInterval(() => {}, 60_000)
process.once('SIGTERM', () => clearInterval(waiting))
process.stdout.write('ready\n')
