// What the variables of an SDK change: limits, decisions about traces, propagation, kinds of metrics.
import { randomBytes } from 'node:crypto'
import { context, logs, metrics, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'

const tracer = trace.getTracer('settings')
const meter = metrics.getMeter('settings')
const logger = logs.getLogger('settings')
/** For what is to be compared although nothing may be recorded or sent. */
const say = (what, value) => console.log(`fact ${what}: ${JSON.stringify(value)}`)

// Limits.
const long = 'ü'.repeat(40)
const attributes = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`key ${index}`, index]))
const many = { text: long, texts: [long, 'short', 7], map: { deep: long }, bytes: new Uint8Array(40), ...attributes }
const simple = { text: long, texts: [long, 'short'], ...attributes }
const linked = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
const full = tracer.startSpan('full', {
  attributes: many,
  links: Array.from({ length: 5 }, () => ({ context: linked, attributes: simple })),
})
for (let index = 0; index < 5; index++) full.addEvent(`event ${index}`, simple)
full.addLink({ context: linked })
full.recordException(new RangeError(long))
full.setAttribute('text', 'again, and longer than most limits allow')
full.setAttribute('late', true)
full.end()
logger.emit({ body: long, attributes: many, severityNumber: 9 })
logger.emit({ eventName: 'settings.failed', exception: new RangeError(long) })

// Decisions: the part of the traces that is recorded and sampled, by what they begin below.
const hex = (bytes) => randomBytes(bytes).toString('hex')
const remote = (traceFlags) => ({ traceId: hex(16), spanId: hex(8), traceFlags, isRemote: true })
const below = {
  nothing: () => ROOT_CONTEXT,
  'a remote parent that is sampled': () => trace.setSpanContext(ROOT_CONTEXT, remote(1)),
  'a remote parent that is not': () => trace.setSpanContext(ROOT_CONTEXT, remote(0)),
  'a local parent that is sampled': () => trace.setSpanContext(ROOT_CONTEXT, { ...remote(1), isRemote: false }),
  'a local parent that is not': () => trace.setSpanContext(ROOT_CONTEXT, { ...remote(0), isRemote: false }),
}
const TRIES = 4000
for (const [what, make] of Object.entries(below)) {
  let [recording, sampled] = [0, 0]
  for (let index = 0; index < TRIES; index++) {
    const span = tracer.startSpan('never ended', { kind: SpanKind.SERVER }, make())
    recording += Number(span.isRecording())
    sampled += span.spanContext().traceFlags & 1
  }
  say(`below ${what}`, { recording: (recording / TRIES).toFixed(1), sampled: (sampled / TRIES).toFixed(1) })
}

// Propagation.
const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
const carriers = {
  w3c: { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'vendor=1' },
  'b3 in one': { b3: `${traceId}-${spanId}-1` },
  'b3 in many': { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' },
  'b3, not sampled': { b3: '0' },
  baggage: { baggage: 'tenant=a%20b;property=1,other=2' },
}
for (const [format, carrier] of Object.entries(carriers)) {
  const extracted = propagation.extract(ROOT_CONTEXT, carrier)
  const injected = {}
  propagation.inject(extracted, injected)
  const parent = trace.getSpanContext(extracted)
  const said = {
    parent:
      parent === undefined ? 'none' : [parent.traceId, parent.spanId, parent.traceFlags, parent.isRemote ?? false],
    state: parent?.traceState?.serialize() ?? '',
    baggage: propagation.getBaggage(extracted)?.getAllEntries().length ?? 0,
    injected: Object.fromEntries(Object.entries(injected).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
  // Ids that are not those of the carrier were drawn.
  const drawn = parent === undefined || parent.traceId === traceId ? [] : [parent.traceId, parent.spanId]
  let text = JSON.stringify(said)
  for (const id of drawn) text = text.replaceAll(id, 'drawn')
  say(`from ${format}`, JSON.parse(text))
}
say('fields', propagation.fields().toSorted())
say(
  'context',
  context.with(ROOT_CONTEXT.setValue(Symbol.for('x'), 1), () => context.active().getValue(Symbol.for('x'))) ?? 'lost',
)

// Metrics.
tracer.startActiveSpan('measured', (span) => {
  const counter = meter.createCounter('orders')
  counter.add(1, { kind: 'a', user: 'x' })
  counter.add(2, { kind: 'a', user: 'x' })
  meter.createUpDownCounter('open').add(3)
  const sizes = meter.createHistogram('sizes', { unit: 'By' })
  for (const size of [0, 1, 2, 3, 100, 5000]) sizes.record(size)
  meter.createHistogram('advised', { unit: 'By', advice: { explicitBucketBoundaries: [10, 100] } }).record(50)
  meter.createGauge('level').record(7)
  span.end()
})
meter.createCounter('outside').add(1)
meter.createObservableCounter('ticks').addCallback((result) => result.observe(5))
meter.createObservableUpDownCounter('backlog').addCallback((result) => result.observe(-2))
meter.createObservableGauge('temperature').addCallback((result) => result.observe(21.5))
