// Everything that the API offers, by hand.
import {
  context,
  createContextKey,
  logs,
  metrics,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api'

const tracer = trace.getTracer('shop', '1.2.3', { schemaUrl: 'https://opentelemetry.io/schemas/1.43.0' })
const other = trace.getTracer('shop', '2.0.0')
tracer.startActiveSpan('parent', { kind: SpanKind.PRODUCER, attributes: { at: 'start' } }, (parent) => {
  parent.setAttributes({
    text: 'ü',
    empty: '',
    int: 42,
    negative: -1,
    big: 2 ** 53,
    double: 0.5,
    yes: true,
    no: false,
    texts: ['a', 'b'],
    numbers: [1, 2.5],
    none: [],
    holes: ['a', null, undefined, 'b'],
    map: { deep: { list: [1, 'x', true] } },
    bytes: new Uint8Array([1, 2, 255]),
    nan: Number.NaN,
    undef: undefined,
    nothing: null,
    date: new Date(0),
    fn: () => {},
    symbol: Symbol('x'),
    ['']: 'no key',
  })
  parent.setAttribute('at', 'again')
  parent.addEvent('happened', { n: 1 })
  parent.addEvent('happened before', { n: 2 }, new Date(Date.now() - 1000))
  const child = tracer.startSpan('child', { links: [{ context: parent.spanContext(), attributes: { why: 'test' } }] })
  child.addLink({ context: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 } })
  child.recordException(new TypeError('not so'))
  child.recordException('a text')
  child.recordException({ name: 'Odd', message: 'an object', code: 7 })
  child.setStatus({ code: 2, message: 'failed' })
  child.updateName('child, renamed')
  child.end()
  child.setAttribute('after', 'the end')
  child.end()
  const fine = other.startSpan('fine')
  fine.setStatus({ code: 1 })
  fine.setStatus({ code: 2, message: 'too late' })
  fine.end()
  other.startSpan('', { root: true }).end()
  other.startSpan('long ago', { startTime: [1_600_000_000, 5] }).end([1_600_000_001, 5])
  other.startSpan('backwards', { startTime: 1_600_000_001_000 }).end(1_600_000_000_000)
  parent.end()
})
const remote = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}
context.with(trace.setSpanContext(ROOT_CONTEXT, remote), () =>
  tracer.startSpan('continued', { kind: SpanKind.SERVER }).end(),
)
context.with(trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceFlags: 0 }), () =>
  tracer.startSpan('not sampled').end(),
)
const carrier = {}
const withBaggage = propagation.setBaggage(
  context.active().setValue(createContextKey('own'), 1),
  propagation.createBaggage({ tenant: { value: 'a b' } }),
)
propagation.inject(withBaggage, carrier)
const extracted = propagation.extract(ROOT_CONTEXT, {
  ...carrier,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=1,b=2',
})
const seen = propagation.getBaggage(extracted)?.getEntry('tenant')?.value ?? 'none'
tracer.startSpan('extracted', { attributes: { tenant: seen, injected: Object.keys(carrier).sort() } }, extracted).end()
for (let index = 0; index < 140; index++) tracer.startSpan('many', { attributes: { index } }).end()
const full = tracer.startSpan('full')
for (let index = 0; index < 140; index++) full.setAttribute(`key ${index}`, index)
for (let index = 0; index < 140; index++) full.addEvent(`event ${index}`)
full.end()

const meter = metrics.getMeter('shop', '1.2.3')
const orders = meter.createCounter('orders', { unit: '{order}', description: 'Orders placed' })
orders.add(1, { kind: 'a' })
orders.add(2, { kind: 'a' })
orders.add(3.5, { kind: 'b', map: { x: 1 } })
orders.add(-1, { kind: 'a' })
orders.add(1)
meter.createUpDownCounter('open', { valueType: 0 }).add(-2, { kind: 'a' })
const sizes = meter.createHistogram('size', { unit: 'By', advice: { explicitBucketBoundaries: [1, 10, 100] } })
for (const size of [0, 1, 5, 1000]) sizes.record(size, { kind: 'a' })
sizes.record(-1, { kind: 'a' })
const latency = meter.createHistogram('latency', { unit: 's', description: 'Of an order' })
for (const seconds of [0.001, 0.2, 11]) latency.record(seconds)
meter.createGauge('level').record(7, { tank: 1 })
meter.createObservableGauge('temperature', { unit: 'Cel' }).addCallback((result) => result.observe(21.5, { room: 'a' }))
meter.createObservableCounter('ticks').addCallback((result) => result.observe(5))
const up = meter.createObservableUpDownCounter('backlog')
meter.addBatchObservableCallback((result) => result.observe(up, 3, { queue: 'q' }), [up])
meter.createCounter('9 bad name').add(1)
meter.createCounter('Orders').add(1, { kind: 'case' })
metrics.getMeter('other').createCounter('orders').add(1)

const logger = logs.getLogger('shop', '1.2.3')
logger.emit({ body: 'plain', severityNumber: 9, severityText: 'INFO' })
logger.emit({
  body: { deep: [1, 'x', { y: true }] },
  attributes: { n: 1, list: ['a'], map: { a: 1 } },
  timestamp: 1_600_000_000_000,
})
logger.emit({ eventName: 'shop.placed', attributes: { id: 7 }, severityNumber: 17 })
logger.emit({ body: 'failed', exception: new RangeError('out of range') })
logger.emit({})
tracer.startActiveSpan('logs', (span) => {
  logger.emit({ body: 'within' })
  span.end()
})
