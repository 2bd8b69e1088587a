import { type Context, context, createContextKey, diag, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor as SdkSpanProcessor,
} from '@opentelemetry/sdk-trace'
import { expect, test, vi } from 'vitest'
import type { FinishedSpan } from '../../../src/telemetry/trace/processed-span.ts'
import type { RecordingSpan } from '../../../src/telemetry/trace/recording-span.ts'
import type { SpanProcessor } from '../../../src/telemetry/trace/span-processor.ts'
import { DROP, fixedSampler, ORIGIN_S, RECORD, TraceFixture } from './trace-fixture.ts'

const TENANT = createContextKey('tenant')

/** Notes every call. */
class Spy implements SpanProcessor<RecordingSpan> {
  readonly calls: string[] = []

  onStart(span: RecordingSpan, parent: Context): void {
    this.calls.push(`start ${span.name}`)
    // As the baggage processor does.
    const tenant = parent.getValue(TENANT)
    if (tenant !== undefined) span.setAttribute('tenant', tenant)
  }
  onEnding(span: RecordingSpan): void {
    this.calls.push(`ending ${span.name} ${span.ended}`)
    span.setAttribute('ending', true)
    span.end()
  }
  onEnd(span: RecordingSpan): void {
    this.calls.push(`end ${span.name} ${span.ended}`)
  }
  forceFlush(): Promise<void> {
    this.calls.push('flush')
    return Promise.resolve()
  }
  shutdown(): Promise<void> {
    this.calls.push('shutdown')
    return Promise.resolve()
  }
}

test('processors see start, ending and end, in order, and what they set goes out', async () => {
  const spy = new Spy()
  const fixture = new TraceFixture({ spanProcessors: [spy] })
  fixture.tracer.startSpan('a', {}, ROOT_CONTEXT.setValue(TENANT, 'acme')).end()
  await fixture.provider.forceFlush()
  await fixture.provider.shutdown()
  expect(spy.calls).toEqual(['start a', 'ending a false', 'end a true', 'flush', 'shutdown'])
  expect(fixture.spans).toMatchObject([{ attributes: { tenant: 'acme', ending: true } }])
})

test('processors are told of spans that are recorded and not sampled, not of those that are not recorded', () => {
  const spy = new Spy()
  const verdicts = [RECORD, DROP]
  const sampler = { decide: () => verdicts.shift() ?? DROP }
  const fixture = new TraceFixture({ spanProcessors: [spy], sampler })
  fixture.tracer.startSpan('recorded').end()
  fixture.tracer.startSpan('dropped').end()
  expect(spy.calls).toEqual(['start recorded', 'ending recorded false', 'end recorded true'])
})

test('a processor that throws hurts neither the service nor another processor', async () => {
  const fail = (): never => {
    throw new Error('of a processor')
  }
  const bad = { onStart: fail, onEnding: fail, onEnd: fail, forceFlush: fail, shutdown: fail }
  const spy = new Spy()
  const fixture = new TraceFixture({ spanProcessors: [bad, spy] })
  fixture.tracer.startSpan('a').end()
  expect(fixture.spans).toHaveLength(1)
  await expect(fixture.provider.forceFlush()).rejects.toEqual([expect.objectContaining({ message: 'of a processor' })])
  await expect(fixture.provider.shutdown()).rejects.toThrow('of a processor')
  expect(spy.calls).toEqual(['start a', 'ending a false', 'end a true', 'flush', 'shutdown'])
})

test('a flush of a processor that hangs ends at the limit; what is ours was flushed', async () => {
  const flush = vi.fn<(limitMs: number) => Promise<void>>(() => Promise.resolve())
  const hanging = { onStart() {}, onEnd() {}, forceFlush: () => new Promise<void>(() => {}), shutdown: async () => {} }
  const fixture = new TraceFixture({ spanProcessors: [hanging], flush })
  const flushed = fixture.provider.forceFlush({ timeoutMillis: 500 }).catch((failures: unknown) => failures)
  await fixture.clock.advance(500)
  expect(await flushed).toEqual([expect.any(Error)])
  expect(flush).toHaveBeenCalledExactlyOnceWith(500)
})

test('what processors and exporters of the SDK get is what the SDK itself gives them', async () => {
  const ours = new InMemorySpanExporter()
  const batched = new InMemorySpanExporter()
  const processors: SdkSpanProcessor[] = [
    new SimpleSpanProcessor({ exporter: ours }),
    new BatchSpanProcessor({ exporter: batched }),
  ]
  const fixture = new TraceFixture({ spanProcessors: processors as unknown as SpanProcessor<RecordingSpan>[] })
  const parent = fixture.tracer.startSpan('parent', { attributes: { a: [1, 'b'] } })
  const child = fixture.tracer.startSpan(
    'child',
    { links: [{ context: parent.spanContext() }] },
    trace.setSpan(ROOT_CONTEXT, parent),
  )
  child.addEvent('e', { x: 1 })
  child.recordException(new TypeError('bad'))
  child.end()
  parent.end()
  await fixture.provider.forceFlush()

  const spans = ours.getFinishedSpans()
  expect(batched.getFinishedSpans()).toEqual(spans)
  expect(spans.map(describe)).toEqual([
    expect.objectContaining({
      name: 'child',
      kind: 0,
      parentSpanContext: parent.spanContext(),
      attributes: {},
      links: [{ context: parent.spanContext() }],
      events: [
        { name: 'e', time: expect.any(Array), attributes: { x: 1 }, droppedAttributesCount: 0 },
        expect.objectContaining({
          name: 'exception',
          attributes: expect.objectContaining({ 'exception.type': 'TypeError', 'exception.message': 'bad' }),
        }),
      ],
      ended: true,
    }),
    expect.objectContaining({ name: 'parent', attributes: { a: [1, 'b'] }, status: { code: 0 }, duration: [0, 0] }),
  ])
  const [first, second] = spans
  expect(first?.resource).toBe(second?.resource)
  expect(first?.instrumentationScope).toBe(second?.instrumentationScope)
  expect(first?.instrumentationScope).toMatchObject({ name: 'test' })
  expect(first?.resource.attributes).toEqual({ 'service.name': 'shop' })
  expect(first?.resource.merge(null)).toBe(first?.resource)
})

test('a tracer that a library got before the provider was registered works afterwards', () => {
  const early = trace.getTracer('library', '1.0')
  const fixture = new TraceFixture()
  trace.setGlobalTracerProvider(fixture.provider)
  try {
    early.startSpan('a').end()
    early.startActiveSpan('b', (span) => span.end())
    expect(context.active()).toBe(ROOT_CONTEXT)
  } finally {
    trace.disable()
  }
  expect(fixture.spans.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('equal scopes have one tracer; name, version, schema URL and attributes go out with the spans', () => {
  const { provider } = new TraceFixture({ sampler: fixedSampler(DROP) })
  const options = { schemaUrl: 'https://example.com', attributes: { a: 1 } }
  expect(provider.getTracer('a', '1', options)).toBe(provider.getTracer('a', '1', { ...options }))
  expect(provider.getTracer('a', '1')).not.toBe(provider.getTracer('a', '1', options))
  expect(provider.getTracer('a')).not.toBe(provider.getTracer('a', '1'))
  expect(provider.getTracer(undefined as unknown as string)).toBe(provider.getTracer(''))
  const first = provider.getTracer('first')
  for (let index = 0; index < 2000; index++) provider.getTracer(`made up ${index}`)
  expect(provider.getTracer('first')).not.toBe(first)
  expect(first.startSpan('a').isRecording()).toBe(false)
})

/** The fields of the SDK's interface. */
function describe(span: ReadableSpan): object {
  const { name, kind, parentSpanContext, startTime, endTime, status, attributes, links, events, duration, ended } = span
  return { name, kind, parentSpanContext, startTime, endTime, status, attributes, links, events, duration, ended }
}

/** A processor that does one thing when a span has ended. */
function atEnd(onEnd: (span: FinishedSpan) => void): SpanProcessor<RecordingSpan> {
  return { onStart() {}, onEnd, forceFlush: async () => {}, shutdown: async () => {} }
}

test('a processor that redacts by putting others in their place is obeyed', () => {
  const redactor = atEnd((span) => {
    Object.assign(span, {
      attributes: { ...span.attributes, 'user.email': '***' },
      events: span.events.filter(({ name }) => name !== 'private'),
      links: [],
      startTime: [ORIGIN_S - 10, 0],
      endTime: [ORIGIN_S - 5, 0],
      status: { code: SpanStatusCode.ERROR, message: 'redacted' },
      name: 'renamed',
    })
  })
  const fixture = new TraceFixture({ spanProcessors: [redactor] })
  const link = { context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } }
  const span = fixture.tracer.startSpan('a', {
    attributes: { 'user.email': 'jane@example.com', kept: 1 },
    links: [link],
  })
  span.addEvent('private').addEvent('public').end()
  expect(fixture.spans).toMatchObject([
    {
      name: 'renamed',
      attributes: { 'user.email': '***', kept: 1 },
      events: [{ name: 'public' }],
      links: [],
      startTimeUnixNano: BigInt(ORIGIN_S - 10) * 1_000_000_000n,
      endTimeUnixNano: BigInt(ORIGIN_S - 5) * 1_000_000_000n,
      status: { code: 2, message: 'redacted' },
    },
  ])
  expect(JSON.stringify(fixture.spans, (_key, value: unknown) => (typeof value === 'bigint' ? '' : value))).not.toMatch(
    /jane|private/,
  )
})

test('a span can be wrapped, spread and written as JSON by a processor, as one of the SDK', () => {
  const seen: unknown[] = []
  const wrapper = atEnd((span) => {
    const derived = Object.create(span, { attributes: { value: { a: 2 } } }) as FinishedSpan
    const proxy = new Proxy(span, {})
    for (const view of [derived, proxy, { ...span }]) {
      const { name, attributes, status, events, duration, ended, resource, instrumentationScope } = view
      seen.push([
        name,
        attributes,
        status.code,
        events,
        duration,
        ended,
        resource.attributes,
        instrumentationScope.name,
      ])
      expect(view.spanContext()).toBe(span.spanContext())
    }
    expect(JSON.parse(JSON.stringify(span))).toMatchObject({ name: 'a', attributes: { a: 1 }, duration: [0, 0] })
  })
  const fixture = new TraceFixture({ spanProcessors: [wrapper] })
  fixture.tracer.startSpan('a', { attributes: { a: 1 } }).end()
  const rest = [0, [], [0, 0], true, { 'service.name': 'shop' }, 'test']
  expect(seen).toEqual([
    ['a', { a: 2 }, ...rest],
    ['a', { a: 1 }, ...rest],
    ['a', { a: 1 }, ...rest],
  ])
  expect(fixture.spans).toMatchObject([{ attributes: { a: 1 } }])
})

test('whatever a processor does to a span that has ended: ending it does not throw, and the span goes out', () => {
  const unreadable = {
    get: (): never => {
      throw new Error('not for you')
    },
  }
  const harms: ((span: FinishedSpan) => void)[] = [
    (span) => Object.defineProperty(span, 'attributes', unreadable),
    (span) => Object.freeze(span),
    (span) => Object.assign(span, { status: null }),
    (span) => Object.assign(span, { status: 'fine' }),
    (span) => Object.assign(span, { events: [null], links: [{}], startTime: 'now', endTime: null }),
  ]
  for (const harm of harms) {
    const fixture = new TraceFixture({ spanProcessors: [atEnd(harm)] })
    fixture.tracer.startSpan('a', { attributes: { a: 1 } }).end()
    expect(fixture.spans).toMatchObject([{ name: 'a', attributes: { a: 1 }, status: { code: 0 } }])
  }
})

test('what belongs to all spans of a tracer cannot be replaced in one, and that is said', () => {
  const error = vi.fn()
  diag.setLogger({ error, warn: error, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true })
  const fixture = new TraceFixture({ spanProcessors: [atEnd((span) => Object.assign(span, { resource: {} }))] })
  fixture.tracer.startSpan('a').end()
  diag.disable()
  expect(error).toHaveBeenCalledWith('A span processor replaced "resource" of a span, which goes out with its own')
  expect(fixture.spans).toHaveLength(1)
})

test('a processor may assign while the span lasts, too', () => {
  const early = {
    ...atEnd(() => {}),
    onStart: (span: object): void => void Object.assign(span, { attributes: { first: true }, events: [], links: [] }),
  }
  const fixture = new TraceFixture({ spanProcessors: [early] })
  fixture.tracer
    .startSpan('a', { attributes: { a: 1 } })
    .setAttribute('later', 2)
    .end()
  expect(fixture.spans).toMatchObject([{ attributes: { first: true, later: 2 } }])
})
