// One of each signal, and then it stays until it is told to end.
import { logs, metrics, trace } from '@opentelemetry/api'

trace.getTracer('stays').startSpan('a span').end()
let collections = 0
metrics
  .getMeter('stays')
  .createObservableCounter('collections')
  .addCallback((result) => result.observe(++collections))
logs.getLogger('stays').emit({ body: 'a record' })
const timer = setInterval(() => {}, 1000)
process.once('SIGTERM', () => clearInterval(timer))
