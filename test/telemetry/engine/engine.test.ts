import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { readSamplingPlan } from '../../../src/telemetry/sampling/read-sampling-plan.ts'
import { type Engine, type EngineOptions, startEngine } from '../../../src/telemetry/engine/engine.ts'
import { openWays } from '../../../src/telemetry/engine/open-ways.ts'
import { readTelemetryEnv } from '../../../src/telemetry/env/telemetry-env.ts'
import { closedPort } from '../telemetry-fixture.ts'

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'engine-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function start(env: Readonly<Record<string, string>>, over: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await startEngine({
    settings: readTelemetryEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}`, ...env }),
    resource: { 'service.name': 'engine' },
    clock: systemClock,
    log: silentLog,
    onTrouble: () => {},
    onProblem: () => {},
    isUnasked: () => false,
    ...over,
  })
  onTestFinished(() => engine.release())
  return engine
}

test('at the exit of a process everything goes to disk: what was kept of a trace that runs, and metrics', async () => {
  const spool = directory()
  const sampling = readSamplingPlan({ default: { probability: 0 }, keep: { errors: { perSecond: 10 } } }, 'sampling')
  const engine = await start({ SEAWORTHY_SPOOL_DIR: spool }, { choices: { sampling } })
  const tracer = engine.tracerProvider.getTracer('t')
  const root = tracer.startSpan('root', {}, ROOT_CONTEXT)
  const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root))
  child.setStatus({ code: SpanStatusCode.ERROR })
  child.end()
  engine.meterProvider.getMeter('m').createCounter('c').add(1)
  expect(engine.account('traces').created).toBe(0)
  expect(engine.account('metrics').created).toBe(0)

  engine.exit()
  // The root has not ended, and what is certain is that something failed below it.
  expect(engine.account('traces')).toMatchObject({ created: 1, spooled: 1, pending: 0 })
  const { created, spooled } = engine.account('metrics')
  expect(created).toBeGreaterThan(1)
  expect(spooled).toBe(created)
})

test('what was meant for one collector lies apart from what is meant for another one', async () => {
  const spool = directory()
  for (let count = 0; count < 2; count++) await start({ SEAWORTHY_SPOOL_DIR: spool })
  expect(readdirSync(spool).filter((name) => name.startsWith('engine-'))).toHaveLength(2)
})

test('a collection of metrics is sent as soon as it is there; spans and records wait for others', async () => {
  const settings = readTelemetryEnv({ OTEL_BSP_SCHEDULE_DELAY: '4000', OTEL_BLRP_SCHEDULE_DELAY: '3000' })
  const ways = await openWays({ settings, clock: systemClock, onProblem: () => {} })
  onTestFinished(() => {
    for (const way of Object.values(ways)) way.transport.close()
  })
  const delays = Object.entries(ways).map(([signal, { limits }]) => [signal, limits.scheduleDelayMs])
  expect(Object.fromEntries(delays)).toEqual({ traces: 4000, metrics: 0, logs: 3000 })
})
