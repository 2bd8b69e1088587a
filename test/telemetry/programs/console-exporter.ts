// One item of each signal to the console exporter.
import { metrics, trace } from '@opentelemetry/api'
import { createTelemetry } from '../../../src/telemetry/telemetry.ts'

const telemetry = createTelemetry({
  serviceName: 'prints',
  env: { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console' },
  instrument: { runtime: false },
})
await telemetry.start()
trace.getTracer('test').startSpan('a span').end()
metrics.getMeter('test').createCounter('a.counter').add(3)
telemetry.emitLogLine('{"level":30,"msg":"a line"}')
await telemetry.flush(1000)
