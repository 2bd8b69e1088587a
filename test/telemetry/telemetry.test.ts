import { metrics, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { startTelemetry } from './telemetry-fixture.ts'

test('after the final flush the account balances and everything was delivered', async () => {
  await using started = await startTelemetry()
  const tracer = trace.getTracer('test')
  for (let index = 0; index < 1000; index++) tracer.startSpan(`span ${index}`).end()
  metrics.getMeter('test').createCounter('things').add(1)
  started.telemetry.emitLogLine(JSON.stringify({ level: 30, msg: 'hello' }))

  const outcome = await started.telemetry.flush(5000)

  const { traces, metrics: points, logs } = started.telemetry.account()
  expect(outcome.complete).toBe(true)
  expect(traces).toEqual({ created: 1000, delivered: 1000, rejected: 0, dropped: {}, pending: 0 })
  expect(logs).toEqual({ created: 1, delivered: 1, rejected: 0, dropped: {}, pending: 0 })
  expect(points.pending).toBe(0)
  expect(points.delivered).toBeGreaterThan(0)
  expect(started.receiver.store.stats.traces.received).toBe(1000)
})
