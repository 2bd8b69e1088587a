import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { createTelemetry } from 'seaworthy'
import { startReceiver } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { RunContext } from '../../../src/recovery/supervisor/run-context.ts'
import { LONGEST_RUN_SPAN_MS, RunTrace } from '../../../src/recovery/supervisor/run-trace.ts'

test('the span of a long run ends after a minute: what the run does then begins traces of its own, and a failure is told in the first', async () => {
  await using receiver = await startReceiver()
  const telemetry = createTelemetry({ serviceName: 'subject', env: receiver.environment() })
  await telemetry.start()
  const clock = new ManualClock()
  const run = new RunTrace({ clock, task: 'relay', runNumber: 7, failed: undefined })
  const tracer = trace.getTracer('test')
  const ended = Promise.withResolvers<void>()
  const running = run.run(async () => {
    tracer.startSpan('early').end()
    await new Promise<void>((resolve) => clock.schedule(LONGEST_RUN_SPAN_MS + 1, () => resolve()))
    expect(trace.getActiveSpan()).toBeUndefined()
    tracer.startSpan('late').end()
    await ended.promise
  })
  await clock.advance(LONGEST_RUN_SPAN_MS - 1)
  expect(receiver.spans({ name: 'task relay' })).toEqual([])
  await clock.advance(2)
  ended.resolve()
  await running
  run.end({ error: new Error('broke late'), message: 'broke late' })
  run.end()
  await telemetry.shutdown()

  const one = (name: string) => {
    const [span, ...more] = receiver.spans({ name })
    expect(more).toEqual([])
    return span
  }
  const root = one('task relay')
  expect(root?.attributes).toEqual(
    expect.objectContaining({
      'seaworthy.task.name': 'relay',
      'seaworthy.task.run': 7,
      'seaworthy.task.ongoing': true,
    }),
  )
  expect(one('early')).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId })
  expect(one('late')?.traceId).not.toBe(root?.traceId)
  const failure = one('task relay failed')
  expect(failure).toMatchObject({ traceId: root?.traceId, parentSpanId: root?.spanId })
  expect(failure?.events.map(({ attributes }) => attributes['exception.message'])).toEqual(['broke late'])
  expect(clock.pending).toBe(0)
})

test('a run that ends sooner leaves no timer, and its work is called once, whatever becomes of its context', async () => {
  const clock = new ManualClock()
  const run = new RunTrace({ clock, task: 'relay', runNumber: 1, failed: undefined })
  let calls = 0
  await run.run(() => calls++)
  run.end()
  expect({ calls, pending: clock.pending }).toEqual({ calls: 1, pending: 0 })
})

test('what else a context holds is there before and after the end of its span', () => {
  const key = Symbol('tenant')
  const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 })
  const run = new RunContext(trace.setSpan(ROOT_CONTEXT.setValue(key, 'acme'), span))
  const kept = () => [run, run.setValue(Symbol('other'), 1)].map((each) => [each.getValue(key), trace.getSpan(each)])
  expect(kept()).toEqual([
    ['acme', span],
    ['acme', span],
  ])
  expect(run.deleteValue(key).getValue(key)).toBeUndefined()
  run.close()
  expect(kept()).toEqual([
    ['acme', undefined],
    ['acme', undefined],
  ])
  expect(context.active()).toBeDefined()
})
