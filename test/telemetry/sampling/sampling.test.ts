import { type Context, createTraceState, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { decodeRequest } from '../../../src/otlp/decode-request.ts'
import type { Span as WireSpan } from '../../../src/otlp/model.ts'
import { OpenChunks } from '../../../src/telemetry/encode/open-chunks.ts'
import type { Chunk } from '../../../src/telemetry/pipeline/chunk.ts'
import { SignalLedger } from '../../../src/telemetry/pipeline/signal-ledger.ts'
import { readSamplingPlan } from '../../../src/telemetry/sampling/read-sampling-plan.ts'
import { Sampling } from '../../../src/telemetry/sampling/sampling.ts'
import type { SamplingPlan } from '../../../src/telemetry/sampling/sampling-plan.ts'
import { ReadableResource } from '../../../src/telemetry/trace/readable-resource.ts'
import { TracerProvider } from '../../../src/telemetry/trace/tracer-provider.ts'

/** The tracer itself, its spans, and what comes out of them. */
function fixture(plan: SamplingPlan) {
  const clock = new ManualClock()
  const sealed: Chunk[] = []
  const sampling = new Sampling(clock, readSamplingPlan(plan))
  const sink = { accept: (chunk: Chunk): void => void sealed.push(chunk) }
  const ledger = new SignalLedger()
  const chunks = new OpenChunks({ signal: 'traces', resource: { attributes: {} }, clock, ledger, sink })
  const limits = {
    valueLength: Infinity,
    count: 128,
    eventCount: 128,
    linkCount: 128,
    countPerEvent: 128,
    countPerLink: 128,
  }
  const provider = new TracerProvider({
    resource: new ReadableResource({}),
    sampler: sampling.sampler,
    recorded: sampling.recorded,
    limits,
    chunks,
    clock,
  })
  const tracer = provider.getTracer('test')
  const below = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span)
  const spans = (): WireSpan[] => {
    chunks.sealAll()
    const groups = sealed.splice(0).flatMap((chunk) => decodeRequest('traces', chunk.bytes))
    return groups.flatMap((group) => group.scopes.flatMap((scope) => [...scope.items]))
  }
  return { sampling, tracer, below, spans }
}

const KEEP_ERRORS: SamplingPlan = { default: { probability: 0 }, keep: { slowerThanMs: 1000 } }

const MARKS: readonly (readonly [string, (span: Span) => unknown])[] = [
  ['an error status', (span) => span.setStatus({ code: SpanStatusCode.ERROR })],
  ['an error type', (span) => span.setAttribute('error.type', 'ECONNRESET')],
  ['status 500', (span) => span.setAttribute('http.response.status_code', 500)],
  ['an exception', (span) => span.recordException(new Error('no'))],
  ['asking for it', (span) => span.setAttribute('seaworthy.keep', true)],
]

test.for(MARKS)(
  '%s in a trace that was not sampled has it go out, sampled and whole, with the reason',
  ([what, mark]) => {
    const { tracer, below, spans, sampling } = fixture(KEEP_ERRORS)
    const root = tracer.startSpan('root')
    const child = tracer.startSpan('child', {}, below(root))
    expect(root.spanContext().traceFlags & 1).toBe(0)
    mark(child)
    child.end()
    expect(spans()).toEqual([])
    root.end()
    const kept = spans()
    expect(kept.map(({ name, flags, traceState }) => [name, flags & 1, traceState])).toEqual([
      ['root', 1, ''],
      ['child', 1, ''],
    ])
    const reason = what === 'asking for it' ? 'asked' : 'error'
    expect(kept.map(({ attributes }) => attributes['seaworthy.sampling.reason'])).toEqual([reason, undefined])
    expect(sampling.report.keep.kept).toMatchObject({ [reason]: 1 })
  },
)

test('a trace in which nothing happened does not go out, nor one that was only a client error', () => {
  const { tracer, spans, sampling } = fixture(KEEP_ERRORS)
  tracer.startSpan('fine').end()
  tracer.startSpan('not found', { attributes: { 'http.response.status_code': 499 } }).end()
  expect(spans()).toEqual([])
  expect(sampling.report.keep.dropped).toBe(2)
  expect(sampling.report.rules[0]).toMatchObject({ recorded: 2, dropped: 0 })
})

test('a slow trace goes out, by the limit of its rule', () => {
  const rules = [{ name: 'report', probability: 0, keepSlowerThanMs: 60_000 }]
  const { tracer, spans } = fixture({ ...KEEP_ERRORS, rules })
  const start = Date.now()
  for (const [name, ms] of [
    ['quick', 1000],
    ['slow', 1001],
    ['report', 59_000],
  ] as const) {
    tracer.startSpan(name, { startTime: start }).end(start + ms)
  }
  expect(spans().map(({ name, attributes }) => [name, attributes['seaworthy.sampling.reason']])).toEqual([
    ['slow', 'slow'],
  ])
})

test('of a trace that another service did not sample, what is kept says no probability', () => {
  const { tracer, spans } = fixture(KEEP_ERRORS)
  const traceState = createTraceState('ot=th:8;k:v,a=b')
  const parent = {
    traceId: `${'0'.repeat(17)}1${'0'.repeat(14)}`,
    spanId: 'b7ad6b7169203331',
    traceFlags: 0,
    isRemote: true,
  }
  const span = tracer.startSpan('x', {}, trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceState }))
  expect(span.spanContext().traceState?.serialize()).toBe('ot=th:8;k:v,a=b')
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
  expect(spans()).toMatchObject([{ traceState: 'ot=k:v,a=b', flags: 0x301 }])
})

test('two requests of one trace in the same process are decided about apart', () => {
  const { tracer, spans } = fixture(KEEP_ERRORS)
  const parent = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 0,
    isRemote: true,
  }
  const context = trace.setSpanContext(ROOT_CONTEXT, parent)
  const fine = tracer.startSpan('fine', {}, context)
  tracer.startSpan('failing', {}, context).setStatus({ code: SpanStatusCode.ERROR }).end()
  fine.end()
  expect(spans().map(({ name }) => name)).toEqual(['failing'])
})

test('a new plan: what runs is decided as it was begun, what begins is decided anew', () => {
  const { tracer, below, spans, sampling } = fixture({ default: { probability: 1 } })
  const root = tracer.startSpan('sampled')
  const kept = { default: { probability: 0 }, keep: {} }
  sampling.swap(readSamplingPlan(kept))
  tracer.startSpan('child', {}, below(root)).end()
  const failing = tracer.startSpan('failing')
  sampling.swap(readSamplingPlan({ default: { probability: 0 } }))
  failing.setStatus({ code: SpanStatusCode.ERROR })
  failing.end()
  root.end()
  tracer.startSpan('later').setStatus({ code: SpanStatusCode.ERROR }).end()
  // Its plan is gone, and with it the will to keep errors.
  expect(spans().map(({ name, traceState }) => `${name} ${traceState}`)).toEqual(['child ot=th:0', 'sampled ot=th:0'])
  expect(sampling.report).toMatchObject({
    planVersion: 3,
    description: 'SeaworthyPlan{version 3, respect parent, default: 0}',
  })
})

test('the samplers of the specification come from its settings', () => {
  const clock = new ManualClock()
  const decisionOf = (settings: Parameters<typeof Sampling.fromSettings>[1]) =>
    Sampling.fromSettings(clock, settings).sampler.decide(
      { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 0 },
      2 ** 24 - 1,
      0,
      'x',
      0,
      () => ({}),
      [],
    ).decision
  expect(decisionOf({ root: 'always_on', ratio: 1, isParentBased: true })).toBe('drop')
  expect(decisionOf({ root: 'always_on', ratio: 1, isParentBased: false })).toBe('sample')
  expect(decisionOf({ root: 'ratio', ratio: 0.5, isParentBased: false })).toBe('sample')
})

test('the end of the process decides about what waits, and says so in the figures', () => {
  const { tracer, below, spans, sampling } = fixture(KEEP_ERRORS)
  const root = tracer.startSpan('root')
  tracer.startSpan('child', {}, below(root)).setStatus({ code: SpanStatusCode.ERROR }).end()
  tracer.startSpan('child of another', {}, below(tracer.startSpan('other'))).end()
  expect(sampling.report.keep).toMatchObject({ waitingSpans: 2 })
  expect(sampling.report.keep.waitingBytes).toBeGreaterThan(0)
  sampling.close()
  expect(spans().map(({ name }) => name)).toEqual(['child'])
  expect(sampling.report.keep).toMatchObject({ waitingSpans: 0, evictedSpans: 1 })
})
