import { context, logs, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { FinalFlush } from '../../../src/core/final-flush.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { HealthChecker } from '../../../src/health/health-checker.ts'
import { hasForeignTelemetry } from '../../../src/lifecycle/foreign-telemetry.ts'
import { createReceiver } from '../../../src/receiver/receiver.ts'
import { watchTelemetry } from '../../../src/service/telemetry-check.ts'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../../src/telemetry/telemetry.ts'
import { closedPort, exchangeRaw, KeptLog, rawGet, startServer } from '../telemetry-fixture.ts'

/** A stock SDK that sends spans at its end only, registered with the API. */
function startStock(endpoint: string): TracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })
  const provider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 60_000 })],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
  return provider
}

interface Provided {
  readonly telemetry: Telemetry
  readonly log: KeptLog
  readonly finalFlush: FinalFlush
}

async function startProvided(options: Partial<TelemetryOptions>): Promise<Provided> {
  const log = new KeptLog()
  const finalFlush = new FinalFlush()
  const telemetry = createTelemetry({ serviceName: 'x', env: {}, clock: systemClock, log, finalFlush, ...options })
  onTestFinished(() => telemetry.uninstall())
  await telemetry.start()
  return { telemetry, log, finalFlush }
}

const endSpan = (name: string): void => trace.getTracer('test').startSpan(name).end()

test('with a provider nothing is registered or observed here; its spans are delivered by the final flush', async () => {
  await using receiver = createReceiver()
  const tracerProvider = startStock((await receiver.start()).endpoint)
  const { telemetry, log, finalFlush } = await startProvided({ provider: { tracerProvider } })
  await using server = await startServer((_request, response) => response.end())
  await exchangeRaw(server.port, rawGet('/'))
  endSpan('its own')
  telemetry.emitLogLine('{"msg":"x"}')
  metrics.getMeter('test').createCounter('x').add(1)

  expect(finalFlush.flushers).toEqual([telemetry])
  expect(propagation.fields()).toEqual([])
  expect(logs.getLogger('x').enabled()).toBe(false)
  expect(await telemetry.flush(5000)).toEqual({ complete: true, details: { signals: ['traces'], lost: 'unknown' } })
  expect(receiver.store.spans().map(({ name }) => name)).toEqual(['its own'])
  expect(receiver.store.logs()).toEqual([])
  expect(log.lines).toEqual([])
  expect(telemetry.isOwn).toBe(false)
  expect(telemetry.account().traces.created).toBe(0)
})

test('all three providers have their end, behind the proxies of the API as well', async () => {
  await using receiver = createReceiver()
  const tracerProvider = startStock((await receiver.start()).endpoint)
  const meterProvider = new MeterProvider()
  const { telemetry } = await startProvided({
    provider: { tracerProvider: trace.getTracerProvider(), meterProvider, loggerProvider: new LoggerProvider() },
  })
  expect(Object.hasOwn(tracerProvider, 'shutdown')).toBe(true)
  const outcome = await telemetry.flush(5000)

  expect(outcome).toEqual({ complete: true, details: { signals: ['traces', 'metrics', 'logs'], lost: 'unknown' } })
  expect(Object.hasOwn(tracerProvider, 'shutdown')).toBe(false)
  expect(Object.hasOwn(meterProvider, 'shutdown')).toBe(false)
  // One that was shut down hands out what records nothing.
  expect(meterProvider.getMeter('x').constructor.name).toMatch(/noop/i)
})

test('a collector that does not answer costs what the flush may take, and the report says which signal', async () => {
  await using receiver = createReceiver({ respond: () => new Promise<undefined>(() => {}) })
  const tracerProvider = startStock((await receiver.start()).endpoint)
  const { telemetry } = await startProvided({ provider: { tracerProvider } })
  endSpan('lost')
  expect(await telemetry.flush(300)).toMatchObject({
    complete: false,
    details: { lost: 'unknown', failed: { traces: expect.stringMatching(/^did not end within/) } },
  })
})

test('a collector that refuses connections is in the report', async () => {
  const tracerProvider = startStock(`http://127.0.0.1:${await closedPort()}`)
  const { telemetry } = await startProvided({ provider: { tracerProvider } })
  endSpan('lost')
  const { complete, details } = await telemetry.flush(1000)
  expect(complete).toBe(false)
  expect(details).toHaveProperty('failed.traces')
})

test('its shutdown() in the middle of a shutdown is left to the flush, and spans that come later arrive', async () => {
  await using receiver = createReceiver()
  const tracerProvider = startStock((await receiver.start()).endpoint)
  const { telemetry, finalFlush } = await startProvided({ provider: { tracerProvider } })
  const end = finalFlush.beginShutdown()
  await tracerProvider.shutdown()
  await telemetry.shutdown()
  expect(receiver.store.spans()).toEqual([])
  endSpan('database closed')
  end()
  await telemetry.flush(5000)
  expect(receiver.store.spans().map(({ name }) => name)).toEqual(['database closed'])
})

test('its shutdown() outside of a shutdown delivers, and it goes on', async () => {
  await using receiver = createReceiver()
  const tracerProvider = startStock((await receiver.start()).endpoint)
  const { telemetry } = await startProvided({ provider: { tracerProvider } })
  endSpan('before')
  await tracerProvider.shutdown()
  expect(receiver.store.spans().map(({ name }) => name)).toEqual(['before'])
  endSpan('after')
  await telemetry.flush(5000)
  expect(receiver.store.spans().map(({ name }) => name)).toEqual(['before', 'after'])
})

test('its shutdown() at the signal that ends the service is answered when the service has ended', async () => {
  const clock = new ManualClock()
  const part = { async shutdown() {}, async forceFlush() {} }
  const { telemetry, finalFlush } = await startProvided({ provider: { tracerProvider: part }, clock })
  let answered = false
  const asked = part.shutdown().then(() => (answered = true))
  const end = finalFlush.beginShutdown()
  await clock.advance(10_000)
  end()
  await telemetry.flush(100)
  telemetry.uninstall()
  await clock.advance(999)
  expect(answered).toBe(false)
  await clock.advance(1)
  await asked
  expect(answered).toBe(true)
})

test('what is not registered with the API is said, unless OTEL_SDK_DISABLED means it', async () => {
  const provider = { async shutdown() {} }
  const missing = await startProvided({ provider })
  expect(missing.log.lines).toEqual([
    expect.stringMatching(/^warn no OpenTelemetry SDK is registered with the API, so nothing reaches the one given as/),
  ])
  const disabled = await startProvided({ provider, env: { OTEL_SDK_DISABLED: 'TRUE' } })
  expect(disabled.log.lines).toEqual([])
})

test('there is no health check of it, it is no stranger to a shutdown, and a plan changes nothing', async () => {
  const { telemetry, finalFlush } = await startProvided({ provider: startStock('http://127.0.0.1:1') })
  const health = new HealthChecker()
  watchTelemetry(health, telemetry)
  expect(health.report().checks).toEqual({})
  expect(hasForeignTelemetry(finalFlush)).toBe(false)
  expect(hasForeignTelemetry(new FinalFlush())).toBe(true)
  telemetry.sampling.swap({ default: { probability: 0 } })
  expect(trace.getTracer('test').startSpan('x').isRecording()).toBe(true)
  expect(telemetry.sampling.report).toBeUndefined()
  expect(() => telemetry.sampling.swap({ default: {} })).toThrow('expected either "probability" or "perSecond"')
})
