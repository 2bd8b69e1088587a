// A CommonJS application that asks for its tracer in its first lines, as most do, before anything has begun.
const { trace } = require('@opentelemetry/api')
const { createService } = require('seaworthy')

const tracer = trace.getTracer('early')
const service = createService({ name: 'early', admin: false, shutdown: { drainDelay: 0 } })
service.resource('work', {
  start() {
    tracer.startActiveSpan('outer', (outer) => {
      tracer.startSpan('inner').end()
      outer.end()
    })
    trace.getTracer('late').startSpan('late').end()
    setImmediate(() => void service.stop())
  },
})
void service.run()
