import { type Context, context, metrics, trace } from '@opentelemetry/api'
import { BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { FinalFlush } from '../../src/core/final-flush.ts'
import type { LogRecordProcessor } from '../../src/telemetry/logs/log-record-processor.ts'
import { createTelemetry } from '../../src/telemetry/telemetry.ts'
import type { SpanProcessor } from '../../src/telemetry/trace/span-processor.ts'
import { closedPort, KeptLog, startTelemetry } from './telemetry-fixture.ts'

const QUIET = { instrument: { http: false, runtime: false } } as const

function endSpans(names: readonly string[]): void {
  for (const name of names) trace.getTracer('test').startSpan(name).end()
}

test('the plan of the code decides, and another one from the moment at which it is given', async () => {
  await using started = await startTelemetry({
    ...QUIET,
    sampling: { default: { probability: 0 }, rules: [{ name: 'order', sample: 'always' }] },
  })
  const { sampling } = started.telemetry
  endSpans(['order', 'other'])
  sampling.swap({ default: { probability: 1 } })
  endSpans(['later'])
  expect(() => sampling.swap({ default: { probability: 7 } })).toThrow('"probability" is 7, expected 0 to 1')
  endSpans(['last'])
  await started.telemetry.flush(5000)

  expect(started.receiver.store.spans().map(({ name }) => name)).toEqual(['order', 'later', 'last'])
  expect(sampling.plan.default).toEqual({ probability: 1 })
  expect(sampling.report).toMatchObject({ planVersion: 2, keep: { kept: {} } })
})

test('a plan that is given before the start is the one that it starts with', async () => {
  const telemetry = createTelemetry({
    serviceName: 'test',
    env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    finalFlush: new FinalFlush(),
  })
  onTestFinished(() => telemetry.uninstall())
  expect(telemetry.sampling.report).toBeUndefined()
  telemetry.sampling.swap({ default: { probability: 0 } })
  await telemetry.start()

  expect(trace.getTracer('test').startSpan('x').isRecording()).toBe(false)
  expect(telemetry.sampling.report?.planVersion).toBe(1)
})

test('a plan that is given while the engine is being loaded counts', async () => {
  const telemetry = createTelemetry({
    serviceName: 'test',
    env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
    finalFlush: new FinalFlush(),
  })
  onTestFinished(() => telemetry.uninstall())
  let isStarted = false
  const starting = telemetry.start().then(() => (isStarted = true))
  // At any of the moments at which the start waits for something.
  for (let plans = 1; !isStarted; plans++) {
    telemetry.sampling.swap({ default: { probability: 1 / plans } })
    await (plans % 10 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined)
  }
  await starting

  const { plan, report } = telemetry.sampling
  expect(report?.rules[0]?.probability).toBeCloseTo(plan.default.probability ?? 0, 3)
})

test('OTEL_TRACES_SAMPLER wins over the plan of the code, and says so; a plan given later counts', async () => {
  await using started = await startTelemetry({
    ...QUIET,
    env: { OTEL_TRACES_SAMPLER: 'always_off' },
    sampling: { default: { probability: 1 } },
  })
  endSpans(['by the environment'])
  started.telemetry.sampling.swap({ default: { probability: 1 } })
  endSpans(['by the swap'])
  await started.telemetry.flush(5000)

  expect(started.receiver.store.spans().map(({ name }) => name)).toEqual(['by the swap'])
  expect(started.log.lines).toContainEqual(
    expect.stringMatching(/^warn OTEL_TRACES_SAMPLER is set, so the sampling plan of the code has no effect/),
  )
})

test('what fails is kept where the plan says so, though it was not sampled', async () => {
  await using started = await startTelemetry({
    ...QUIET,
    sampling: { default: { probability: 0 }, keep: {} },
  })
  const tracer = trace.getTracer('test')
  tracer.startSpan('well').end()
  tracer.startSpan('failed').setStatus({ code: 2 }).end()
  await started.telemetry.flush(5000)

  expect(started.receiver.store.spans().map(({ name }) => name)).toEqual(['failed'])
  expect(started.telemetry.sampling.report?.keep).toMatchObject({ kept: { error: 1 } })
})

test('views change names and attributes, and drop what nobody wants', async () => {
  await using started = await startTelemetry({
    ...QUIET,
    views: [
      { instrumentName: 'orders', name: 'shop.orders', includeAttributes: ['region'] },
      { instrumentName: 'noise', aggregation: 'drop' },
    ],
  })
  const meter = metrics.getMeter('test')
  meter.createCounter('orders').add(2, { region: 'eu', customer: '17' })
  meter.createCounter('noise').add(1)
  await started.telemetry.flush(5000)

  const own = started.receiver.store.metrics().filter(({ latest }) => !latest.name.startsWith('seaworthy.'))
  const named = own.filter(({ latest }) => /orders|noise/.test(latest.name))
  expect(named.map(({ latest, attributes }) => [latest.name, { ...attributes }])).toEqual([
    ['shop.orders', { region: 'eu' }],
  ])
})

test('forceFlush() of the registered meter provider collects and delivers, as that of the SDK does', async () => {
  await using started = await startTelemetry(QUIET)
  metrics.getMeter('test').createCounter('orders').add(1)
  const provider = metrics.getMeterProvider() as unknown as { forceFlush(): Promise<void> }
  await provider.forceFlush()

  expect(started.receiver.store.metrics({ name: 'orders' })).toHaveLength(1)
})

test('span processors change spans before they are sent, and deliver what they hold at the end', async () => {
  const exporter = new InMemorySpanExporter()
  const kept: string[] = []
  // It forgets what it has at its shutdown.
  vi.spyOn(exporter, 'export').mockImplementation((spans, done) => {
    kept.push(...spans.map(({ name }) => name))
    done({ code: 0 })
  })
  const calls: string[] = []
  const naming: SpanProcessor = {
    onStart: (span) => void span.setAttribute('tenant', 'blue'),
    onEnd: (span) => void calls.push(span.name),
    forceFlush: () => Promise.reject(new Error('cannot flush')),
    shutdown: async () => void calls.push('shutdown'),
  }
  await using started = await startTelemetry({
    ...QUIET,
    spanProcessors: [naming, new BatchSpanProcessor({ exporter })],
  })
  endSpans(['a'])
  expect(kept).toEqual([])
  const outcome = await started.telemetry.flush(5000)

  expect(outcome.complete).toBe(true)
  expect(kept).toEqual(['a'])
  expect(calls).toEqual(['a', 'shutdown'])
  expect(started.receiver.store.spans().map(({ attributes }) => attributes['tenant'])).toEqual(['blue'])
  expect(started.log.lines).toContainEqual('warn telemetry of something failed, the service goes on')
})

test('a span processor that does not end costs the time of the flush, and nothing of what is delivered here', async () => {
  const hanging: SpanProcessor = {
    onStart() {},
    onEnd() {},
    forceFlush: () => new Promise(() => {}),
    shutdown: () => new Promise(() => {}),
  }
  await using started = await startTelemetry({ ...QUIET, spanProcessors: [hanging] })
  endSpans(['a'])
  const outcome = await started.telemetry.flush(300)

  expect(outcome.complete).toBe(true)
  expect(started.receiver.store.spans()).toHaveLength(1)
})

test('log record processors see the lines of the log, also where logs go nowhere else', async () => {
  const bodies: unknown[] = []
  const processor: LogRecordProcessor = {
    onEmit: (record, given?: Context) => void bodies.push([record.body, given !== undefined]),
    async forceFlush() {},
    async shutdown() {
      bodies.push('shutdown')
    },
  }
  for (const env of [{}, { OTEL_LOGS_EXPORTER: 'none' }]) {
    bodies.length = 0
    await using started = await startTelemetry({ ...QUIET, env, logRecordProcessors: [processor] })
    started.telemetry.emitLogLine('{"level":30,"msg":"hello"}')
    await started.telemetry.flush(5000)
    expect(bodies).toEqual([['hello', true], 'shutdown'])
  }
  expect(context.active()).toBeDefined()
})

/** What is in a directory once telemetry that nobody takes has been flushed. */
async function spoolOf(options: {
  readonly env?: object
  readonly spool?: object | false
}): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-spool-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const telemetry = createTelemetry({
    serviceName: 'spooling',
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}`,
      ...withDirectory(options.env, directory),
    },
    clock: systemClock,
    log: new KeptLog(),
    finalFlush: new FinalFlush(),
    ...QUIET,
    spool: options.spool === undefined ? { directory } : withDirectory(options.spool, directory),
  })
  await telemetry.start()
  endSpans(['undelivered'])
  await telemetry.flush(300)
  telemetry.uninstall()
  return readdirSync(directory)
}

function withDirectory<T extends object | false | undefined>(given: T, directory: string): T {
  if (typeof given !== 'object') return given
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, value === 'HERE' ? directory : value]),
  ) as T
}

test('the code says where the spool is, and the environment knows better', async () => {
  expect(await spoolOf({})).not.toEqual([])
  expect(await spoolOf({ spool: false })).toEqual([])
  expect(await spoolOf({ env: { SEAWORTHY_SPOOL_DIR: 'off' } })).toEqual([])
  expect(await spoolOf({ env: { SEAWORTHY_SPOOL_DIR: 'HERE' }, spool: false })).not.toEqual([])
  expect(await spoolOf({ env: { SEAWORTHY_SPOOL_DIR: 'HERE' }, spool: { directory: '/nowhere/at/all' } })).not.toEqual(
    [],
  )
})
