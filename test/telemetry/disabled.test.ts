import { context, logs, metrics, propagation, trace } from '@opentelemetry/api'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { createService } from '../../src/service/service.ts'
import { exchangeRaw, rawGet, startServer, startTelemetry } from './telemetry-fixture.ts'

const DISABLED = { OTEL_SDK_DISABLED: 'true' }
const B3 = '80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1'

test('OTEL_SDK_DISABLED: the propagators that are asked for pass the context of others on all the same', async () => {
  await using started = await startTelemetry({ env: { ...DISABLED, OTEL_PROPAGATORS: 'b3,baggage' } })
  const seen: unknown[] = []
  await using back = await startServer((request, response) => {
    seen.push(request.headers['b3'], request.headers['baggage'], request.headers['traceparent'])
    response.end()
  })
  await using front = await startServer(async (_request, response) => {
    await fetch(back.url)
    response.end()
  })
  await exchangeRaw(front.port, rawGet('/', { b3: B3, baggage: 'tenant=blue' }))
  expect(seen).toEqual([B3, 'tenant=blue', undefined])
  expect(started.receiver.counts.total.requests).toBe(0)
})

test('OTEL_SDK_DISABLED: an export of OTEL_PROPAGATORS=none passes nothing on', async () => {
  await using started = await startTelemetry({ env: { ...DISABLED, OTEL_PROPAGATORS: 'none' } })
  expect(propagation.fields()).toEqual([])
  expect(started.telemetry.isOwn).toBe(true)
})

test('OTEL_SDK_DISABLED: spans, metrics and logs of anyone record nothing, and nothing is on disk', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-disabled-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  await using started = await startTelemetry({ env: { ...DISABLED, SEAWORTHY_SPOOL_DIR: directory } })
  const span = trace.getTracer('test').startSpan('x')
  span.end()
  metrics.getMeter('test').createCounter('x').add(1)
  logs.getLogger('test').emit({ body: 'x' })
  for (let line = 0; line < 2000; line++) started.telemetry.emitLogLine('{"msg":"x"}')

  expect(span.isRecording()).toBe(false)
  expect(context.with(trace.setSpan(context.active(), span), () => trace.getActiveSpan())).toBe(span)
  for (const account of Object.values(started.telemetry.account())) expect(account.created).toBe(0)
  expect(started.telemetry.failures()).toEqual({})
  expect(await started.telemetry.flush(1000)).toMatchObject({ complete: true, details: { lost: 0 } })
  expect(readdirSync(directory)).toEqual([])
})

test('OTEL_SDK_DISABLED: a plan is checked and changes nothing', async () => {
  await using started = await startTelemetry({ env: DISABLED, sampling: { default: { probability: 0.5 } } })
  const { sampling } = started.telemetry
  sampling.swap({ default: { probability: 0.1 } })
  expect(sampling.plan.default).toEqual({ probability: 0.1 })
  expect(sampling.report).toBeUndefined()
  expect(() => sampling.swap({ default: { probability: -1 } })).toThrow('expected 0 to 1')
})

test('OTEL_SDK_DISABLED: a service starts, is healthy, ends cleanly and reports', async () => {
  const service = createService({
    name: 'disabled',
    env: { ...DISABLED, SEAWORTHY_ADMIN_PORT: '0' },
    admin: { host: '127.0.0.1' },
    logging: { level: 'silent' },
    shutdown: { drainDelay: 0 },
    finalFlush: new FinalFlush(),
    isTerminal: false,
  })
  await service.start()
  const health = await service.health.checkHealth()
  const { telemetry } = service
  const report = await service.stop()
  expect(health.status).toBe('healthy')
  expect(telemetry?.account().traces.created).toBe(0)
  expect(report).toMatchObject({ clean: true, flushes: {} })
})
