import {
  context,
  type Context,
  createContextKey,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { FAST_ROOT } from '../../../src/telemetry/context/fast-context.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import type { SpanSampler } from '../../../src/telemetry/sampling/sampler.ts'
import { PassiveSpan } from '../../../src/telemetry/trace/passive-span.ts'
import { RandomWords } from '../../../src/telemetry/trace/random-words.ts'
import { createKeepBuffer } from '../../../src/telemetry/trace/create-keep-buffer.ts'
import { RecordingSpan } from '../../../src/telemetry/trace/recording-span.ts'
import { DROP, fixedSampler, RECORD, SAMPLE, TraceFixture } from './trace-fixture.ts'

const REMOTE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}

/** The two ways to say who the parent is: our contexts are read in a quicker way. */
const CONTEXTS: readonly [string, Context][] = [
  ['our context', FAST_ROOT],
  ['a context of the API', ROOT_CONTEXT],
]

afterEach(() => context.disable())

test.each(CONTEXTS)('in %s: a root has random ids and says so, a child is of the same trace', (_, base) => {
  const { tracer, ...fixture } = new TraceFixture()
  const root = tracer.startSpan('root', {}, base)
  const child = tracer.startSpan('child', { kind: SpanKind.CLIENT }, trace.setSpan(base, root))
  expect(root.spanContext()).toEqual({
    traceId: expect.stringMatching(/^[\da-f]{32}$/),
    spanId: expect.stringMatching(/^[\da-f]{16}$/),
    traceFlags: 0x03,
  })
  expect(child.spanContext()).toEqual({ ...root.spanContext(), spanId: expect.stringMatching(/^[\da-f]{16}$/) })
  expect(child.spanContext().spanId).not.toBe(root.spanContext().spanId)
  expect(root.spanContext()).toBe(root.spanContext())
  expect((child as RecordingSpan).parentSpanContext).toEqual(root.spanContext())
  expect((root as RecordingSpan).parentSpanContext).toBeUndefined()
  expect(fixture).toBeDefined()
})

test.each(CONTEXTS)('in %s: a remote parent is continued, with its state and its random flag', (_, base) => {
  const traceState = createTraceState('vendor=x')
  const fixture = new TraceFixture({ sampler: fixedSampler({ decision: 'sample', traceState }) })
  const remote = { ...REMOTE, traceFlags: 0x03, traceState }
  fixture.tracer.startSpan('random', {}, trace.setSpanContext(base, remote)).end()
  fixture.tracer.startSpan('not said to be', {}, trace.setSpanContext(base, REMOTE)).end()
  expect(fixture.spans).toMatchObject([
    { traceId: REMOTE.traceId, parentSpanId: REMOTE.spanId, traceState: 'vendor=x', flags: 0x303 },
    { traceId: REMOTE.traceId, parentSpanId: REMOTE.spanId, flags: 0x301 },
  ])
})

test.each(CONTEXTS)(
  'in %s: where tracing is suppressed, a span is not valid, and a span below it is a root',
  (_, base) => {
    const fixture = new TraceFixture()
    const suppressed = fixture.tracer.startSpan('a', {}, suppressTracing(base))
    expect(suppressed.spanContext()).toEqual(INVALID_SPAN_CONTEXT)
    expect(suppressed.isRecording()).toBe(false)
    suppressed.end()
    fixture.tracer.startSpan('b', {}, trace.setSpan(base, suppressed)).end()
    expect(fixture.spans).toMatchObject([{ name: 'b', parentSpanId: '' }])
  },
)

test.each(CONTEXTS)('in %s: root: true ignores the parent, also for processors', (_, base) => {
  const seen: (ApiSpan | undefined)[] = []
  const fixture = new TraceFixture()
  const processor = {
    onStart: (_span: unknown, parent: Context) => void seen.push(trace.getSpan(parent)),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const parent = fixture.tracer.startSpan('parent', {}, base)
  fixture.provider.addSpanProcessor(processor)
  const root = fixture.tracer.startSpan('root', { root: true }, trace.setSpan(base, parent))
  const child = fixture.tracer.startSpan('child', {}, trace.setSpan(base, parent))
  expect(root.spanContext().traceId).not.toBe(parent.spanContext().traceId)
  expect(child.spanContext().traceId).toBe(parent.spanContext().traceId)
  expect(seen).toEqual([undefined, parent])
})

test('startActiveSpan: the span is active in the function, whose result and errors come out', () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const { tracer } = new TraceFixture()
  const key = createContextKey('of a test')
  const base = ROOT_CONTEXT.setValue(key, 'kept')
  expect(
    tracer.startActiveSpan('outer', (outer) => {
      expect(trace.getActiveSpan()).toBe(outer)
      return tracer.startActiveSpan('inner', { attributes: { a: 1 } }, (inner) => {
        expect((inner as RecordingSpan).parentSpanContext).toEqual(outer.spanContext())
        expect((inner as RecordingSpan).attributes).toEqual({ a: 1 })
        return 'result'
      })
    }),
  ).toBe('result')
  expect(tracer.startActiveSpan('with context', {}, base, () => context.active().getValue(key))).toBe('kept')
  expect(tracer.startActiveSpan('in ours', {}, FAST_ROOT, (span) => trace.getActiveSpan() === span)).toBe(true)
  const failure = new Error('of the function')
  expect(() =>
    tracer.startActiveSpan('throws', () => {
      throw failure
    }),
  ).toThrow(failure)
  expect(trace.getActiveSpan()).toBeUndefined()
})

test('a span that is not sampled keeps nothing, reads no attribute, and still takes part in the trace', () => {
  const fixture = new TraceFixture({ sampler: fixedSampler(DROP) })
  const attributes = Object.defineProperty({}, 'a', { enumerable: true, get: () => expect.unreachable() })
  const span = fixture.tracer.startSpan('a', { attributes })
  expect(span).toBeInstanceOf(PassiveSpan)
  expect(span.isRecording()).toBe(false)
  span.setAttribute('a', 1).setAttributes({}).addEvent('e').addLink({ context: REMOTE }).addLinks([])
  span.setStatus({ code: SpanStatusCode.ERROR }).updateName('b').recordException('e')
  span.end()
  expect(fixture.body).toHaveLength(0)
  expect(fixture.ledger.account.created).toBe(0)
  const child = fixture.tracer.startSpan('child', {}, trace.setSpan(FAST_ROOT, span))
  expect(child.spanContext()).toMatchObject({ traceId: span.spanContext().traceId, traceFlags: 0x02 })
})

test('ids are drawn only when somebody needs them, and are never all zeros', () => {
  let drawn = 0
  const random = new RandomWords((words) => {
    words.fill(0)
    drawn++
  })
  const fixture = new TraceFixture({ random })
  fixture.tracer.startSpan('a').end()
  expect(drawn).toBe(1)
  expect(fixture.spans).toMatchObject([{ traceId: `${'0'.repeat(31)}1`, spanId: `${'0'.repeat(15)}1` }])
})

test('the sampler sees the bits of the trace id that are random, and what the span is', () => {
  const asked: unknown[][] = []
  const sampler: SpanSampler = {
    decide: (parent, high24, low32, name, kind, attributes, links) => {
      asked.push([parent?.spanId, high24, low32, name, kind, attributes(), links])
      return { decision: 'sample', traceState: undefined, attributes: { 'sampling.rule': 'all', a: 2 } }
    },
  }
  const fixture = new TraceFixture({ sampler })
  const links = [{ context: REMOTE }]
  const parent = trace.setSpanContext(FAST_ROOT, REMOTE)
  const options = { kind: SpanKind.SERVER, attributes: { a: 1, b: 1 }, links }
  const span = fixture.tracer.startSpan('a', options, parent)
  const child = fixture.tracer.startSpan('child', {}, trace.setSpan(FAST_ROOT, span))
  expect(asked).toEqual([
    [REMOTE.spanId, 0x48eb21, 0x1c80319c, 'a', SpanKind.SERVER, { a: 1, b: 1 }, links],
    [span.spanContext().spanId, 0x48eb21, 0x1c80319c, 'child', SpanKind.INTERNAL, {}, []],
  ])
  child.end()
  span.end()
  expect(fixture.spans[1]?.attributes).toEqual({ a: 2, b: 1, 'sampling.rule': 'all' })
})

test('below a span that is recorded and not sampled, everything is, and can be kept when it has ended', () => {
  const verdicts = [RECORD, DROP, DROP]
  const fixture = new TraceFixture({ sampler: { decide: () => verdicts.shift() ?? SAMPLE } })
  const root = fixture.tracer.startSpan('root', {}, trace.setSpanContext(FAST_ROOT, { ...REMOTE, traceFlags: 0 }))
  const child = fixture.tracer.startSpan('child', {}, trace.setSpan(FAST_ROOT, root))
  const grandchild = fixture.tracer.startSpan('grandchild', {}, trace.setSpan(FAST_ROOT, child))
  expect(root.isRecording() && child.isRecording() && grandchild.isRecording()).toBe(true)
  expect(child.spanContext().traceFlags & 1).toBe(0)
  grandchild.end()
  child.end()
  root.end()
  expect(fixture.body).toHaveLength(0)
  expect(fixture.recorded.map(({ name }) => name)).toEqual(['grandchild', 'child', 'root'])
  expect(fixture.recorded.map(({ isLocalRoot }) => isLocalRoot)).toEqual([false, false, true])
  expect(new Set(fixture.recorded.map(({ local }) => local)).size).toBe(1)
  expect(fixture.recorded[0]?.local.verdict).toBe(RECORD)

  for (const span of fixture.recorded) span.keep(createTraceState('ot=th:0'), { 'seaworthy.sampling.reason': 'error' })
  expect(fixture.spans).toMatchObject([{ name: 'grandchild' }, { name: 'child' }, { name: 'root' }])
  for (const span of fixture.spans) {
    expect(span).toMatchObject({ traceState: 'ot=th:0', attributes: { 'seaworthy.sampling.reason': 'error' } })
    expect(span.flags & 1).toBe(1)
  }
})

test('of what is not sampled, the buffer keeps what failed, and says why on the first span', () => {
  const clock = new ManualClock()
  const keep = {
    errorsPerSecond: 10,
    slowPerSecond: 10,
    slowerThanMs: 1000,
    maxSpans: 100,
    maxBytes: 1e6,
    maxAgeMs: 1000,
  }
  const recorded = createKeepBuffer({ clock, keep })
  const traceState = createTraceState('ot=th:8,other=x')
  const fixture = new TraceFixture({ recorded, sampler: fixedSampler({ decision: 'record', traceState }) })
  for (const code of [SpanStatusCode.UNSET, SpanStatusCode.ERROR]) {
    const root = fixture.tracer.startSpan(`root ${code}`)
    const child = fixture.tracer.startSpan(`child ${code}`, {}, trace.setSpan(FAST_ROOT, root))
    child.setStatus({ code }).end()
    root.end()
  }
  expect(fixture.spans).toMatchObject([
    { name: 'root 2', flags: 0x103, attributes: { 'seaworthy.sampling.reason': 'error' }, traceState: 'other=x' },
    { name: 'child 2', flags: 0x103, attributes: {}, traceState: 'other=x' },
  ])
  expect(fixture.ledger.account.created).toBe(2)
})

test('a span can be logged and made JSON of, whatever is waiting with it', () => {
  const keep = { errorsPerSecond: 1, slowPerSecond: 1, slowerThanMs: 1000, maxSpans: 9, maxBytes: 1e6, maxAgeMs: 1000 }
  const recorded = createKeepBuffer({ clock: new ManualClock(), keep })
  const fixture = new TraceFixture({ recorded, sampler: fixedSampler(RECORD) })
  const root = fixture.tracer.startSpan('root')
  const child = fixture.tracer.startSpan('child', {}, trace.setSpan(FAST_ROOT, root))
  child.end()
  expect(JSON.parse(JSON.stringify(child))).toMatchObject({ name: 'child', kind: 0 })
  expect(JSON.stringify(child).length).toBeLessThan(500)
  expect(inspect(child).length).toBeLessThan(1000)
})

test('two requests of one trace are two local traces', () => {
  const fixture = new TraceFixture({ sampler: fixedSampler(RECORD) })
  const parent = trace.setSpanContext(FAST_ROOT, REMOTE)
  fixture.tracer.startSpan('a', {}, parent).end()
  fixture.tracer.startSpan('b', {}, parent).end()
  const [a, b] = fixture.recorded
  expect(a?.traceId).toBe(b?.traceId)
  expect(a?.local).not.toBe(b?.local)
})

test('a chain of a million spans, each the parent of the next, does not hold its beginning', () => {
  const { tracer } = new TraceFixture({ chunks: undefined })
  const first = tracer.startSpan('first') as RecordingSpan
  const second = tracer.startSpan('second', {}, trace.setSpan(FAST_ROOT, first)) as RecordingSpan
  expect(second.parentSpanContext).toEqual(first.spanContext())
  expect(Object.values(second)).not.toContain(first)
})

test('wrong types, as code without types gives them, throw nowhere', () => {
  const fixture = new TraceFixture()
  // oxlint-disable-next-line typescript/no-explicit-any
  const tracer: any = fixture.tracer
  // oxlint-disable-next-line typescript/no-explicit-any
  const span: any = tracer.startSpan(undefined, null, undefined)
  expect(span).toBeInstanceOf(RecordingSpan)
  for (const odd of [null, 7, 'text', {}, [], Symbol('s'), () => 0, 10n, Number.NaN, new Date(Number.NaN)]) {
    span.setAttribute(odd, odd).setAttributes(odd).addEvent(odd, odd, odd).addLink(odd).addLinks(odd)
    span.addLinks([odd, { context: odd }, { context: { traceId: odd, spanId: odd, traceFlags: odd } }])
    span.setStatus(odd).setStatus({ code: odd, message: odd }).updateName(odd)
    span.recordException(odd, odd)
    for (const options of [odd, { kind: odd, attributes: odd, links: odd, startTime: odd, root: odd }]) {
      tracer.startSpan(odd, options, FAST_ROOT).end(odd)
    }
  }
  expect(tracer.startActiveSpan('no function')).toBeUndefined()
  span.end(Symbol('s'))
  expect(fixture.spans).toHaveLength(21)
  expect(fixture.ledger.account).toMatchObject({ created: 21, dropped: expect.toBeOneOf([{}]), pending: 21 })
  expect(fixture.spans.at(-1)?.droppedLinksCount).toBeGreaterThan(10)
})

test('a span of work from outside: the same as by options, and its attributes are read only if a rule wants them', () => {
  const seen: Context[] = []
  const processor = {
    onStart: (_span: unknown, parent: Context) => void seen.push(parent),
    onEnd() {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const verdicts = [SAMPLE, DROP, SAMPLE]
  const fixture = new TraceFixture({
    sampler: { decide: () => verdicts.shift() ?? SAMPLE },
    spanProcessors: [processor],
  })
  const unread = (): never => expect.unreachable()
  const context = trace.setSpanContext(FAST_ROOT, REMOTE)
  fixture.tracer.startRemoteSpan('GET', SpanKind.SERVER, REMOTE, context, unread).end()
  const passive = fixture.tracer.startRemoteSpan('GET', SpanKind.SERVER, REMOTE, context, unread)
  expect(passive.isRecording()).toBe(false)
  fixture.tracer.startRemoteSpan('GET', SpanKind.SERVER, { ...REMOTE, spanId: 'x' }, FAST_ROOT, unread).end()
  expect(fixture.spans).toMatchObject([
    { kind: 2, traceId: REMOTE.traceId, parentSpanId: REMOTE.spanId, flags: 0x301 },
    { kind: 2, parentSpanId: '', flags: 0x103 },
  ])
  expect(seen).toEqual([context, FAST_ROOT])
})
