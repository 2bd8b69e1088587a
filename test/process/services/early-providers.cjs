// A CommonJS application that asks for everything in its first lines, as most do, before anything has begun.
const { logs, metrics, trace } = require('@opentelemetry/api')
const { createRequire } = require('node:module')
const { createService } = require('seaworthy')

// Where the logs API was before, for libraries that still use it; here only an old SDK does.
const legacy = createRequire(require.resolve('otlp-decoder-oracle'))('@opentelemetry/api-logs')

const tracer = trace.getTracer('early')
const logger = logs.getLogger('early')
const legacyLogger = legacy.logs.getLogger('legacy')
const counter = metrics.getMeter('early').createCounter('early.counter')
const service = createService({ name: 'early', admin: false, shutdown: { drainDelay: 0 } })
service.resource('work', {
  start() {
    tracer.startActiveSpan('outer', (outer) => {
      tracer.startSpan('inner').end()
      logger.emit({ body: 'of the API' })
      legacyLogger.emit({ body: 'of the old API' })
      outer.end()
    })
    trace.getTracer('late').startSpan('late').end()
    counter.add(1)
    metrics.getMeter('late').createCounter('late.counter').add(1)
    setImmediate(() => void service.stop())
  },
})
void service.run()
