import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import type { HookRecord } from '../../src/lifecycle/hook.ts'
import { ShutdownTrace } from '../../src/lifecycle/shutdown-trace.ts'
import { recordSpans, registerTracing } from './recorded-spans.ts'

const hook = { name: 'db', run: () => {} }
const done: HookRecord = { name: 'db', outcome: 'done', tookMs: 1 }

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
  traced.end(true)

  const root = named(spans(), 'shutdown')
  const child = named(spans(), 'stop db')
  expect(root.attributes).toEqual({ 'seaworthy.shutdown.reason': 'SIGTERM' })
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
  context.with(trace.setSpan(ROOT_CONTEXT, request), () => new ShutdownTrace({ kind: 'requested' }).end(true))
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
  traced.end(false)
  const child = named(spans(), 'stop db')
  expect(child.status).toEqual({ code: SpanStatusCode.ERROR, message })
  expect(child.attributes['seaworthy.shutdown.outcome']).toBe(record.outcome)
  expect(child.events.map((event) => event.name)).toEqual(record.error instanceof Error ? ['exception'] : [])
  expect(named(spans(), 'shutdown').status.code).toBe(SpanStatusCode.ERROR)
})

test('ended twice, it is one span', () => {
  const spans = recordSpans()
  const traced = new ShutdownTrace({ kind: 'requested' })
  traced.end(true)
  traced.end(true)
  expect(spans()).toHaveLength(1)
})

test('without any telemetry, the hooks run all the same', async () => {
  const traced = new ShutdownTrace({ kind: 'requested' })
  expect(await traced.hook('stop', hook, async () => done)).toBe(done)
  traced.end(true)
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
    traced.end(false)
    expect(record.outcome).toBe('failed')
    expect(runs).toBe(1)
  })

  function brokenProcessor(broken: { onStart?: () => void; onEnd?: () => void }) {
    return { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {}, ...broken }
  }
})
