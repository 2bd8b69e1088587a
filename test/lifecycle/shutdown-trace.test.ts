import { context, diag, DiagLogLevel, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HookRecord } from '../../src/lifecycle/hook.ts'
import type { ShutdownReport } from '../../src/lifecycle/shutdown-report.ts'
import { ShutdownTrace } from '../../src/lifecycle/shutdown-trace.ts'
import { recordLogs } from './recorded-logs.ts'
import { recordSpans, registerTracing } from './recorded-spans.ts'

const hook = { name: 'db', run: () => {} }
const done: HookRecord = { name: 'db', outcome: 'done', tookMs: 1 }

const REPORT: ShutdownReport = {
  reason: { kind: 'signal', signal: 'SIGTERM' },
  phases: [
    { phase: 'announce', tookMs: 0, hooks: [] },
    { phase: 'drain', tookMs: 5000, hooks: [] },
    { phase: 'finish', tookMs: 250, hooks: [{ name: 'api', outcome: 'timed-out', tookMs: 250 }] },
    { phase: 'stop', tookMs: 40, hooks: [] },
  ],
  aborted: ['api: GET / after 10s'],
  flushes: {},
  figures: { api: { cut: 3, refused: 2 } },
  tookMs: 5290,
  clean: true,
}

/** What a span and the log record have in common. */
const ATTRIBUTES = {
  'seaworthy.shutdown.reason': 'SIGTERM',
  'seaworthy.shutdown.clean': true,
  'seaworthy.shutdown.exit_code': 0,
  'seaworthy.shutdown.aborted': ['api: GET / after 10s'],
  'seaworthy.shutdown.aborted_count': 3,
  'seaworthy.shutdown.refused_count': 2,
  'seaworthy.shutdown.laggards': ['api'],
  'seaworthy.shutdown.phase.announce.duration': 0,
  'seaworthy.shutdown.phase.drain.duration': 5,
  'seaworthy.shutdown.phase.finish.duration': 0.25,
  'seaworthy.shutdown.phase.stop.duration': 0.04,
}

function named(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const span = spans.find((each) => each.name === name)
  if (span === undefined) throw new Error(`no span "${name}" among ${spans.map((each) => each.name).join(', ')}`)
  return span
}

test('a shutdown is one trace: a span from the signal on, and a child for each hook', async () => {
  const spans = recordSpans()
  const traced = new ShutdownTrace({ kind: 'signal', signal: 'SIGTERM' })
  await traced.hook('stop', hook, async () => done)
  expect(spans().map((span) => span.name)).toEqual(['stop db'])
  traced.end(REPORT)

  const root = named(spans(), 'shutdown')
  const child = named(spans(), 'stop db')
  expect(root.attributes).toEqual(ATTRIBUTES)
  expect(root.status.code).toBe(SpanStatusCode.UNSET)
  expect(root.parentSpanContext).toBeUndefined()
  expect(child.attributes).toEqual({
    'seaworthy.shutdown.phase': 'stop',
    'seaworthy.component': 'db',
    'seaworthy.shutdown.outcome': 'done',
  })
  expect(child.parentSpanContext?.spanId).toBe(root.spanContext().spanId)
})

test('it is a trace of its own, even when the shutdown begins inside a request', () => {
  const spans = recordSpans()
  const request = trace.getTracer('test').startSpan('request')
  context.with(trace.setSpan(ROOT_CONTEXT, request), () => new ShutdownTrace({ kind: 'requested' }).end(REPORT))
  expect(named(spans(), 'shutdown').spanContext().traceId).not.toBe(request.spanContext().traceId)
})

test('what a hook traces is inside its span, also after it has waited', async () => {
  const spans = recordSpans()
  const traced = new ShutdownTrace({ kind: 'requested' })
  await traced.hook('stop', hook, async () => {
    await new Promise((resolve) => setImmediate(resolve))
    trace.getTracer('test').startSpan('DISCONNECT').end()
    return done
  })
  const parent = named(spans(), 'stop db').spanContext().spanId
  expect(named(spans(), 'DISCONNECT').parentSpanContext?.spanId).toBe(parent)
})

test.each<[HookRecord, string]>([
  [{ name: 'db', outcome: 'failed', tookMs: 1, error: new Error('connection lost') }, 'connection lost'],
  [{ name: 'db', outcome: 'failed', tookMs: 1, error: 'a text' }, 'a text'],
  [{ name: 'db', outcome: 'timed-out', tookMs: 1 }, 'timed-out'],
])('a hook that did not end well has a span with an error: %o', async (record, message) => {
  const spans = recordSpans()
  const traced = new ShutdownTrace({ kind: 'requested' })
  expect(await traced.hook('stop', hook, async () => record)).toBe(record)
  traced.end({ ...REPORT, clean: false })
  const child = named(spans(), 'stop db')
  expect(child.status).toEqual({ code: SpanStatusCode.ERROR, message })
  expect(child.attributes['seaworthy.shutdown.outcome']).toBe(record.outcome)
  expect(child.events.map((event) => event.name)).toEqual(record.error instanceof Error ? ['exception'] : [])
  expect(named(spans(), 'shutdown').status.code).toBe(SpanStatusCode.ERROR)
})

test('each phase is an event of its span', () => {
  const spans = recordSpans()
  const traced = new ShutdownTrace({ kind: 'requested' })
  traced.enter('announce')
  traced.enter('drain')
  traced.end(REPORT)
  expect(named(spans(), 'shutdown').events.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['seaworthy.shutdown.phase', { 'seaworthy.shutdown.phase': 'announce' }],
    ['seaworthy.shutdown.phase', { 'seaworthy.shutdown.phase': 'drain' }],
  ])
})

test('a phase after its end is not told to it: OpenTelemetry would warn of it in every log', () => {
  const spans = recordSpans()
  const warnings: string[] = []
  const quiet = (): void => {}
  const warn = (message: string): void => void warnings.push(message)
  diag.setLogger({ error: warn, warn, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN)
  onTestFinished(() => diag.disable())
  const traced = new ShutdownTrace({ kind: 'requested' })
  traced.end(REPORT)
  traced.enter('flush')
  expect(warnings).toEqual([])
  expect(named(spans(), 'shutdown').events).toEqual([])
})

test('a log record tells the same to those who look among the logs, inside the trace', () => {
  const spans = recordSpans()
  const records = recordLogs()
  const traced = new ShutdownTrace({ kind: 'requested' })
  traced.end({ ...REPORT, clean: false })
  const [record, ...more] = records()
  expect(more).toEqual([])
  expect(record).toMatchObject({
    eventName: 'seaworthy.shutdown',
    severityText: 'ERROR',
    body: expect.stringContaining('stopped in 5.29s (SIGTERM)'),
  })
  expect(record?.attributes).toEqual({
    ...ATTRIBUTES,
    'seaworthy.shutdown.clean': false,
    'seaworthy.shutdown.exit_code': 1,
    'seaworthy.shutdown.duration': 5.29,
  })
  const inside = record?.context === undefined ? undefined : trace.getSpanContext(record.context)
  expect(inside?.traceId).toBe(named(spans(), 'shutdown').spanContext().traceId)
})

test('ended twice, it is one span and one record', () => {
  const spans = recordSpans()
  const records = recordLogs()
  const traced = new ShutdownTrace({ kind: 'requested' })
  traced.end(REPORT)
  traced.end(REPORT)
  expect(spans()).toHaveLength(1)
  expect(records()).toHaveLength(1)
})

test('without any telemetry, the hooks run all the same', async () => {
  const traced = new ShutdownTrace({ kind: 'requested' })
  expect(await traced.hook('stop', hook, async () => done)).toBe(done)
  traced.end(REPORT)
})

describe('telemetry that is broken costs spans, never a hook', () => {
  const fail = (): never => {
    throw new Error('telemetry is broken')
  }

  test.each<[string, () => void]>([
    ['the provider gives no tracer', () => registerTracing({ getTracer: fail })],
    [
      'the tracer starts no span',
      () => registerTracing({ getTracer: () => ({ startSpan: fail, startActiveSpan: fail }) }),
    ],
    [
      'a processor throws at the start of a span',
      () => registerTracing(new TracerProvider({ spanProcessors: [brokenProcessor({ onStart: fail })] })),
    ],
    [
      'a processor throws at the end of a span',
      () => registerTracing(new TracerProvider({ spanProcessors: [brokenProcessor({ onEnd: fail })] })),
    ],
  ])('%s', async (_what, register) => {
    register()
    let runs = 0
    const traced = new ShutdownTrace({ kind: 'requested' })
    const record = await traced.hook('stop', hook, async () => {
      runs++
      return { name: 'db', outcome: 'failed', tookMs: 1, error: new Error('no') }
    })
    traced.end({ ...REPORT, clean: false })
    expect(record.outcome).toBe('failed')
    expect(runs).toBe(1)
  })

  function brokenProcessor(broken: { onStart?: () => void; onEnd?: () => void }) {
    return { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {}, ...broken }
  }
})
