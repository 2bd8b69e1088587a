// One of each signal, with enough in it that a body is worth compressing.
import { logs, metrics, trace } from '@opentelemetry/api'

const text = 'a text that is long enough. '.repeat(40)
trace.getTracer('signals').startSpan('a span', { attributes: { text } }).end()
metrics.getMeter('signals').createCounter('a.counter').add(1, { text })
logs.getLogger('signals').emit({ body: text })
