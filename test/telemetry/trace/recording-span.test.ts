import { diag, type DiagLogger, DiagLogLevel, SpanStatusCode } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { AttributeList } from '../../../src/telemetry/trace/attribute-list.ts'
import type { RecordingSpan } from '../../../src/telemetry/trace/recording-span.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { SpanClock } from '../../../src/telemetry/trace/span-clock.ts'
import { ORIGIN_MS, ORIGIN_S, TraceFixture } from './trace-fixture.ts'

const REMOTE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}

afterEach(() => diag.disable())

function startSpan(fixture: TraceFixture): RecordingSpan {
  return fixture.tracer.startSpan('a') as RecordingSpan
}

function collectWarnings(): string[] {
  const warnings: string[] = []
  const note = (message: string): void => void warnings.push(message)
  const logger: DiagLogger = { error: note, warn: note, info() {}, debug() {}, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true })
  return warnings
}

test('times: a span begins now and lasts as long as the monotonic clock says, to the nanosecond', async () => {
  const fixture = new TraceFixture()
  await fixture.clock.advance(1500.25)
  const span = startSpan(fixture)
  await fixture.clock.advance(0.000_001)
  span.addEvent('e')
  await fixture.clock.advance(2000)
  expect([span.startTime, span.endTime, span.duration]).toEqual([
    [ORIGIN_S + 1, 500_250_000],
    [0, 0],
    [-1, -1],
  ])
  span.end()
  expect(span.endTime).toEqual([ORIGIN_S + 3, 500_250_001])
  expect(span.duration).toEqual([2, 1])
  expect(span.durationMs).toBeCloseTo(2000.000_001, 6)
  expect(span.events[0]?.time).toEqual([ORIGIN_S + 1, 500_250_001])
  expect(fixture.spans).toMatchObject([
    {
      startTimeUnixNano: BigInt(ORIGIN_S + 1) * 1_000_000_000n + 500_250_000n,
      endTimeUnixNano: BigInt(ORIGIN_S + 3) * 1_000_000_000n + 500_250_001n,
    },
  ])
})

test('a small number is a time of performance.now(), as it is in the SDK', async () => {
  const fixture = new TraceFixture()
  await fixture.clock.advance(5000)
  const span = fixture.tracer.startSpan('a', { startTime: 1000 }) as RecordingSpan
  span.end(4000)
  expect([span.startTime, span.endTime, span.duration]).toEqual([
    [ORIGIN_S + 1, 0],
    [ORIGIN_S + 4, 0],
    [3, 0],
  ])
})

test('a time before 1970, one that is none, and one beyond all bounds is now', () => {
  const fixture = new TraceFixture()
  fixture.tracer.startSpan('a', { startTime: new Date(-1000) }).end(new Date(Number.NaN))
  fixture.tracer.startSpan('b', { startTime: [Number.NaN, 0] }).end([Infinity, 0])
  fixture.tracer.startSpan('c', { startTime: [1e300, 0] }).end(1e308)
  fixture.tracer.startSpan('d', { startTime: [ORIGIN_S, -1] }).end([2 ** 40, 0])
  const now = BigInt(ORIGIN_S) * 1_000_000_000n
  expect(fixture.spans.map((span) => [span.startTimeUnixNano, span.endTimeUnixNano])).toEqual(
    Array.from({ length: 4 }, () => [now, now]),
  )
})

test('a span that is told when it ended on the monotonic scale lasts as long as it did, when the clock was set meanwhile', async () => {
  let shiftMs = 0
  const clock = new ManualClock()
  const spanClock = new SpanClock({
    monotonic: () => clock.now(),
    wall: () => ORIGIN_MS + shiftMs + clock.now(),
    originMs: ORIGIN_MS,
  })
  const fixture = new TraceFixture({ spanClock })
  for (const hours of [1, -1]) {
    const span = startSpan(fixture)
    const startedAtMs = clock.now()
    shiftMs += hours * 3_600_000
    await clock.advance(100_000)
    // The clock looks at the wall again.
    fixture.tracer.startSpan('meanwhile').end()
    span.end(startedAtMs + 50)
    expect([span.duration, span.durationMs]).toEqual([[0, 50_000_000], 50])
  }
})

test('of thousands of attributes, where the limits allow them, each has its last value', () => {
  const fixture = new TraceFixture({ limits: { count: 10_000 } })
  const span = startSpan(fixture)
  for (let n = 0; n < 20_000; n++) span.setAttribute(`key ${n % 10_000}`, n)
  span.end()
  expect(fixture.spans).toMatchObject([{ attributes: { 'key 0': 10_000, 'key 9999': 19_999 } }])
  expect(Object.keys(fixture.spans[0]?.attributes ?? {})).toHaveLength(10_000)
})

test('values are copied: what their owner changes later does not show', () => {
  const fixture = new TraceFixture()
  const span = startSpan(fixture)
  const bytes = Buffer.from([1, 2, 3])
  const list = [1, { of: 'a' }]
  span.setAttributes({ bytes, list })
  bytes[0] = 9
  list.push(2)
  span.end()
  expect(fixture.spans[0]?.attributes).toEqual({ bytes: new Uint8Array([1, 2, 3]), list: [1, { of: 'a' }] })
})

test('limits reach into lists, maps and bytes', () => {
  const fixture = new TraceFixture({ limits: { valueLength: 3, count: 2 } })
  const span = startSpan(fixture)
  span.setAttribute('deep', { list: ['abcdef', 1], bytes: new Uint8Array(9) }).setAttribute('text', 'abcdef')
  span.setAttribute('third', 1).setAttribute('fourth', 1).setAttribute('text', 'xyzzy')
  span.end()
  expect(fixture.spans).toMatchObject([
    { attributes: { deep: { list: ['abc', 1], bytes: new Uint8Array(3) }, text: 'xyz' }, droppedAttributesCount: 2 },
  ])
})

test('a circle, a getter that throws, a value too deep or too large: no attribute, no error, no hanging', () => {
  const fixture = new TraceFixture()
  const span = startSpan(fixture)
  const circle: Record<string, unknown> = {}
  circle['a'] = { b: circle, c: circle }
  const throwing = { list: [Object.defineProperty({}, 'a', { enumerable: true, get: () => never() })] }
  let deep: unknown = 1
  for (let level = 0; level < 65; level++) deep = [deep]
  let wide: unknown = 1
  for (let level = 0; level < 40; level++) wide = [wide, wide]
  span.setAttributes({ circle, throwing, deep, wide, huge: Array.from({ length: 10_001 }), good: [1, [2]] })
  span.end()
  expect(fixture.spans[0]?.attributes).toEqual({ good: [1, [2]] })
})

test('__proto__ is a name like any other', () => {
  const fixture = new TraceFixture()
  const span = startSpan(fixture)
  span.setAttribute('__proto__', 1).setAttribute('map', JSON.parse('{"__proto__": 2}'))
  expect(Object.entries(span.attributes)).toEqual([
    ['__proto__', 1],
    ['map', expect.anything()],
  ])
  span.end()
  expect(Object.entries(fixture.spans[0]?.attributes ?? {})[0]).toEqual(['__proto__', 1])
  expect(Object.entries(fixture.spans[0]?.attributes['map'] ?? {})).toEqual([['__proto__', 2]])
})

test('after its end a span is as it was, and says so once', () => {
  const fixture = new TraceFixture()
  const span = startSpan(fixture)
  span.end()
  const warnings = collectWarnings()
  span.setAttribute('a', 1).setAttributes({ b: 1 }).addEvent('e').addLink({ context: REMOTE })
  span
    .addLinks([{ context: REMOTE }])
    .setStatus({ code: SpanStatusCode.ERROR })
    .updateName('b')
  span.recordException('e')
  span.end()
  expect(warnings).toHaveLength(1)
  expect(span).toMatchObject({ name: 'a', attributes: {}, events: [], links: [], status: { code: 0 } })
  expect(fixture.spans).toHaveLength(1)
})

test('numbers that JavaScript and the protocol hold differently', () => {
  const fixture = new TraceFixture()
  const span = startSpan(fixture)
  span.setAttributes({ safe: 2 ** 53 - 1, beyond: 2 ** 53, minus: -0, fraction: 0.5, nan: Number.NaN, negative: -1 })
  span.end()
  const attributes = fixture.spans[0]?.attributes
  expect(attributes).toEqual({
    safe: 2 ** 53 - 1,
    beyond: 2 ** 53,
    minus: -0,
    fraction: 0.5,
    nan: Number.NaN,
    negative: -1,
  })
})

test('an attribute that a processor spoils is left out and counted; the others and the span go out', () => {
  const fixture = new TraceFixture()
  const span = startSpan(fixture)
  span.setAttributes({ a: 1, b: 2, c: 3 })
  const bag: Record<string, unknown> = span.attributes
  bag['a'] = Symbol('s')
  bag['b'] = undefined
  delete bag['c']
  bag['d'] = 'added'
  span.addEvent('e').addEvent('f')
  Object.assign(span.events[0] ?? {}, { time: undefined })
  span.status = { code: SpanStatusCode.ERROR, message: 'by a processor' }
  span.end()
  expect(fixture.spans).toMatchObject([
    { attributes: { d: 'added' }, droppedAttributesCount: 1, events: [{ name: 'f' }], droppedEventsCount: 1 },
  ])
  expect(fixture.spans[0]?.status).toEqual({ code: 2, message: 'by a processor' })
})

test('attributes are put together from their source only when somebody asks, and go out either way', () => {
  const make = (): { readonly fixture: TraceFixture; readonly span: RecordingSpan; readonly filled: () => number } => {
    const fixture = new TraceFixture({ limits: { count: 3 } })
    const span = startSpan(fixture)
    let filled = 0
    span.setDeferredAttributes({
      count: 2,
      has: (key) => key === 'url.path' || key === 'x',
      fill(put) {
        filled++
        put('url.path', '/orders')
        put('x', 1)
      },
      encode(writer) {
        writer.textPair(74, 'url.path', '/orders')
        writer.textPair(74, 'x', 'encoded')
      },
    })
    return { fixture, span, filled: () => filled }
  }
  const quick = make()
  quick.span.setAttribute('http.route', '/:id').setAttribute('too', 'many')
  quick.span.end()
  expect(quick.filled()).toBe(0)
  expect(quick.fixture.spans).toMatchObject([
    { attributes: { 'url.path': '/orders', x: 'encoded', 'http.route': '/:id' }, droppedAttributesCount: 1 },
  ])

  const changed = make()
  changed.span.setAttribute('http.route', '/:id').setAttribute('url.path', '/other')
  changed.span.end()
  expect(changed.filled()).toBe(1)
  expect(changed.fixture.spans[0]?.attributes).toEqual({ 'url.path': '/other', x: 1, 'http.route': '/:id' })

  const read = make()
  expect(read.span.attributes).toEqual({ 'url.path': '/orders', x: 1 })
  expect(make().span.attribute('x')).toBe(1)
})

test('a list of attributes goes on as an object once somebody has asked for it', () => {
  const list = new AttributeList()
  expect(list.put('a', 1, 2) && list.put('b', 1, 2)).toBe(true)
  expect(list.put('c', 1, 2)).toBe(false)
  expect(list.bag).toEqual({ a: 1, b: 1 })
  expect(list.put('c', 1, 2)).toBe(false)
  expect(list.put('a', 2, 2)).toBe(true)
  expect(list.count).toBe(2)
  expect([list.get('a'), list.get('toString')]).toEqual([2, undefined])
  expect(list.bag).toEqual({ a: 2, b: 1 })
})

function never(): never {
  throw new Error('of a getter')
}
