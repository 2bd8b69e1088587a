import { monitorEventLoopDelay } from 'node:perf_hooks'
import { context, logs, metrics, propagation, trace, TraceFlags } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { FinalFlush } from '../../src/core/final-flush.ts'
import type { Log } from '../../src/core/log.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../src/telemetry/telemetry.ts'
import {
  closedPort,
  deliverSpans,
  exchangeRaw,
  KeptLog,
  rawGet,
  startServer,
  startTelemetry,
} from './telemetry-fixture.ts'

function create(options: Partial<TelemetryOptions> = {}): Telemetry {
  const telemetry = createTelemetry({
    serviceName: 'test',
    env: {},
    clock: systemClock,
    log: new KeptLog(),
    finalFlush: new FinalFlush(),
    ...options,
  })
  onTestFinished(() => telemetry.uninstall())
  return telemetry
}

/** Hands every line on after it was kept, at once, as a log does that telemetry sends. */
function echoing(log: Log, onLine: (line: string) => void): Log {
  const write = (level: keyof Log) => (fields: object, message: string) => {
    log[level](fields, message)
    onLine(JSON.stringify({ ...fields, msg: message }))
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

test('after the final flush the account balances and everything was delivered', async () => {
  await using started = await startTelemetry()
  const tracer = trace.getTracer('test')
  for (let index = 0; index < 1000; index++) tracer.startSpan(`span ${index}`).end()
  metrics.getMeter('test').createCounter('things').add(1)
  started.telemetry.emitLogLine(JSON.stringify({ level: 30, msg: 'hello' }))

  const outcome = await started.telemetry.flush(5000)

  const { traces, metrics: points, logs: records } = started.telemetry.account()
  expect(outcome.complete).toBe(true)
  expect(traces).toEqual({ created: 1000, delivered: 1000, rejected: 0, dropped: {}, spooled: 0, pending: 0 })
  expect(records).toEqual({ created: 1, delivered: 1, rejected: 0, dropped: {}, spooled: 0, pending: 0 })
  expect(points.pending).toBe(0)
  expect(points.delivered).toBeGreaterThan(0)
  expect(started.receiver.store.stats.traces.received).toBe(1000)
  expect(started.receiver.store.stats.metrics.received).toBe(points.delivered)
})

test('a wrong variable is refused when telemetry is created, before anything is opened', () => {
  const attempt = (): unknown => create({ env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'nonsense' } })
  expect(attempt).toThrow(expect.toSatisfy((error: unknown) => isSeaworthyError(error, 'SEA_ENV_INVALID')))
})

test('an option that does not exist or has a wrong type is refused', () => {
  const attempt = (options: object) => (): unknown => create(options)
  expect(attempt({ serviceName: '' })).toThrow('createTelemetry(): "serviceName" expected a non-empty text')
  expect(attempt({ ignoreRequests: () => true })).toThrow('Did you mean "ignoreRequest"?')
  expect(attempt({ instrument: { https: true } })).toThrow('instrument: "https" is not an option. Did you mean "http"?')
})

test('start() succeeds at once without a collector, says once where telemetry goes, and then is silent about it', async () => {
  const log = new KeptLog()
  const telemetry = create({ log })
  await telemetry.start()
  await telemetry.start()
  trace.getTracer('test').startSpan('lost').end()
  await telemetry.flush(300)

  expect(log.lines.filter((line) => line.includes('OTEL_EXPORTER_OTLP_ENDPOINT is not set'))).toHaveLength(1)
  expect(log.lines.join()).not.toContain('cannot deliver')
})

test('a second flush has the outcome of the first, and what comes after it counts as dropped', async () => {
  await using started = await startTelemetry()
  const first = started.telemetry.flush(2000)
  expect(started.telemetry.flush(1)).toBe(first)
  await first
  trace.getTracer('test').startSpan('too late').end()
  started.telemetry.emitLogLine('{"msg":"too late"}')

  expect(started.telemetry.account().traces).toMatchObject({ created: 1, dropped: { closed: 1 } })
  expect(started.telemetry.account().logs).toMatchObject({ created: 1, dropped: { closed: 1 } })
})

test('what telemetry says of itself is sent, but not from the final flush on, and does not count as lost then', async () => {
  const port = await closedPort()
  const log = new KeptLog()
  const telemetry = create({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_UNKNOWN: 'said at the start, which is sent',
      SEAWORTHY_SPOOL_DIR: 'off',
    },
    // As in a service: each line of the log comes back to be sent.
    log: echoing(log, (line) => telemetry.emitLogLine(line)),
  })
  await telemetry.start()
  trace.getTracer('test').startSpan('lost').end()
  telemetry.emitLogLine('{"msg":"a line of the service"}')

  const { details } = await telemetry.flush(500)

  expect(log.lines.join('\n')).toContain('warn OTEL_UNKNOWN is set and has no effect here.')
  expect(log.lines.join('\n')).toContain('warn cannot deliver traces, 1 spans wait')
  expect(log.lines.join('\n')).toContain('warn 2 log records lost: the time of the final flush was over')
  expect(log.lines.join('\n')).not.toContain('they came after the final flush')
  expect(details['logs']).toMatchObject({ created: 2, dropped: { flush_limit: 2 }, pending: 0 })
  expect(telemetry.account().logs).toEqual(details['logs'])
})

test('shutdown() in the middle of a shutdown leaves the work to the flush, and later spans arrive', async () => {
  await using started = await startTelemetry()
  const end = started.finalFlush.beginShutdown()
  expect(started.finalFlush.flushers).toEqual([started.telemetry])

  await started.telemetry.shutdown()
  trace.getTracer('test').startSpan('database closed').end()
  end()
  await started.telemetry.shutdown()

  expect(started.receiver.store.spans().map((span) => span.name)).toEqual(['database closed'])
})

test('log lines from before the start are sent, and counted from the first', async () => {
  const telemetry = create({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_TRACES_EXPORTER: 'none',
      SEAWORTHY_SPOOL_DIR: 'off',
    },
  })
  for (let index = 0; index < 1001; index++) telemetry.emitLogLine(`{"msg":"line ${index}"}`)
  expect(telemetry.account().logs).toEqual({
    created: 1001,
    delivered: 0,
    rejected: 0,
    dropped: { queue_full: 1 },
    spooled: 0,
    pending: 1000,
  })
  await telemetry.start()
  expect(telemetry.account().logs).toMatchObject({ created: 1001, dropped: { queue_full: 1 }, pending: 1000 })
  await telemetry.flush(100)
})

test('OTEL_SDK_DISABLED: nothing is recorded or sent, and the context of others still passes through', async () => {
  await using started = await startTelemetry({ env: { OTEL_SDK_DISABLED: 'true' } })
  const incoming = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  await using back = await startServer((request, response) => response.end(String(request.headers['traceparent'])))
  await using front = await startServer(async (_request, response) => {
    response.end(await (await fetch(back.url)).text())
  })

  const answer = await exchangeRaw(front.port, rawGet('/', { traceparent: incoming }))
  started.telemetry.emitLogLine('{"msg":"x"}')
  const outcome = await started.telemetry.flush(1000)

  expect(answer).toContain(incoming)
  expect(outcome.complete).toBe(true)
  expect(started.finalFlush.flushers).toEqual([])
  expect(started.receiver.counts.total.requests).toBe(0)
})

test('an exporter "none" sends nothing and refuses nothing', async () => {
  const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
  await using started = await startTelemetry({ env: none })
  const span = trace.getTracer('test').startSpan('unsent')
  span.end()
  await started.telemetry.flush(1000)

  expect(span.spanContext().traceFlags & TraceFlags.SAMPLED).toBe(TraceFlags.SAMPLED)
  expect(started.telemetry.account().traces.created).toBe(0)
  expect(started.receiver.store.services).toEqual([])
})

test('a parent that was not sampled is obeyed, and one that was, whatever the ratio', async () => {
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }
  await using started = await startTelemetry({ env })
  await using server = await startServer((_request, response) => response.end())
  const parent = (flags: string) => ({ traceparent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}` })

  await exchangeRaw(server.port, rawGet('/root'))
  await exchangeRaw(server.port, rawGet('/unsampled', parent('00')))
  await exchangeRaw(server.port, rawGet('/sampled', parent('01')))
  const spans = await deliverSpans(started, 1)

  expect(spans.map((span) => span.attributes['url.path'])).toEqual(['/sampled'])
  const counts = started.receiver.store
    .metrics({ name: 'http.server.request.duration' })
    .map(({ latest }) => (latest.type === 'histogram' ? latest.count : 0))
  expect(counts).toEqual([3])
})

test('limits of attributes are those of the environment', async () => {
  await using started = await startTelemetry({
    env: { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3' },
  })
  trace
    .getTracer('test')
    .startSpan('x', { attributes: { a: 'abcdef', b: 1, c: 2 } })
    .end()
  await started.telemetry.flush(2000)

  const [span] = started.receiver.store.spans()
  expect({ ...span?.attributes }).toEqual({ a: 'abc', b: 1 })
  expect(span?.droppedAttributesCount).toBe(1)
})

test('metrics are collected at each interval, and once more at the end', async () => {
  const clock = new ManualClock()
  await using started = await startTelemetry({
    clock,
    env: { OTEL_METRIC_EXPORT_INTERVAL: '10000' },
    instrument: { http: false, runtime: false },
  })
  const counter = metrics.getMeter('test').createCounter('things')
  counter.add(1)
  await clock.advance(10_000)
  expect(started.telemetry.account().metrics.created).toBeGreaterThan(0)
  counter.add(1)
  const flushed = started.telemetry.flush(5000)
  await settle(flushed, clock)

  const [series] = started.receiver.store.metrics({ name: 'things' })
  expect(series?.points.map((point) => (point.type === 'sum' ? point.value : undefined))).toEqual([1, 2])
})

test('with delta temporality a collection that could not be delivered is not lost', async () => {
  let answers = 0
  await using started = await startTelemetry({
    env: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta', OTEL_METRIC_EXPORT_INTERVAL: '50' },
    instrument: { http: false, runtime: false },
    receiver: { respond: () => (answers++ === 0 ? { refuse: {} } : undefined) },
  })
  const counter = metrics.getMeter('test').createCounter('things')
  counter.add(3)
  await vi.waitFor(() => expect(answers).toBe(1), 10_000)
  counter.add(4)
  const outcome = await started.telemetry.flush(5000)

  const [series] = started.receiver.store.metrics({ name: 'things' })
  const values = series?.points.map((point) => (point.type === 'sum' ? Number(point.value) : 0)) ?? []
  expect(outcome.complete).toBe(true)
  expect(values.reduce((sum, value) => sum + value, 0)).toBe(7)
})

test('an instrument whose callback never ends does not keep the others from the last collection', async () => {
  await using started = await startTelemetry({ instrument: { http: false, runtime: false } })
  const meter = metrics.getMeter('test')
  meter.createObservableGauge('stuck').addCallback(() => new Promise(() => {}))
  meter.createCounter('things').add(1)
  await started.telemetry.flush(1000)

  expect(started.receiver.store.metrics({ name: 'things' })).toHaveLength(1)
})

/** Another sampler of the same interval began later, so what has a sample there has one everywhere. */
async function delaySampled(): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  while (delay.count === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  delay.disable()
}

test('the runtime reports event loop, heap, processor time and memory', async () => {
  await using started = await startTelemetry()
  await delaySampled()
  await started.telemetry.flush(2000)

  const names = new Set(started.receiver.store.metrics().map(({ latest }) => latest.name))
  for (const name of [
    'nodejs.eventloop.delay.p99',
    'nodejs.eventloop.utilization',
    'nodejs.eventloop.time',
    'v8js.memory.heap.used',
    'v8js.memory.heap.space.size',
    'process.cpu.time',
    'process.memory.usage',
    'process.uptime',
  ]) {
    expect(names).toContain(name)
  }
})

test('records by the logs API and by the package from before 1.10 arrive, with the body of that moment', async () => {
  await using started = await startTelemetry()
  const body = { state: 'before' }
  logs.getLogger('new').emit({ body })
  body.state = 'after'
  const legacy = (globalThis as Record<symbol, unknown>)[Symbol.for('io.opentelemetry.js.api.logs')] as (
    version: number,
  ) => ReturnType<typeof logs.getLoggerProvider>
  legacy(1).getLogger('old').emit({ body: 'from a library' })
  await started.telemetry.flush(2000)

  const bodies = started.receiver.store.logs().map((record) => record.body)
  expect(bodies).toEqual([{ state: 'before' }, 'from a library'])
})

test('another SDK that was there first keeps its place, is named, and HTTP is left to it', async () => {
  const foreign = new TracerProvider()
  trace.setGlobalTracerProvider(foreign)
  onTestFinished(() => trace.disable())
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())
  await exchangeRaw(server.port, rawGet('/'))
  started.telemetry.uninstall()

  expect(started.log.lines.join('\n')).toContain(
    'another OpenTelemetry SDK, or another copy of its API, is already registered for trace:',
  )
  expect(started.telemetry.account().traces.created).toBe(0)
  expect((trace.getTracerProvider() as unknown as { getDelegate(): unknown }).getDelegate()).toBe(foreign)
})

test('uninstall() frees every place in the API, so that the next one can start', async () => {
  for (const run of [1, 2]) {
    await using started = await startTelemetry({ serviceName: `run ${run}` })
    trace.getTracer('test').startSpan('a span').end()
    await started.telemetry.flush(2000)
    expect(started.receiver.store.services).toEqual([`run ${run}`])
    expect(started.log.lines).toEqual([])
  }
  expect(context.active().getValue(Symbol('any'))).toBeUndefined()
  expect(propagation.fields()).toEqual([])
  expect(trace.getTracer('test').startSpan('x').isRecording()).toBe(false)
})

/** Moves a manual clock on in small steps until a promise that also waits for real sockets is settled. */
async function settle(promise: Promise<unknown>, clock: ManualClock): Promise<void> {
  const settled = new AbortController()
  void promise.finally(() => settled.abort())
  while (!settled.signal.aborted) await clock.advance(1)
}

test('log lines from before the start that are too many are in the metrics of the account as well, and told', async () => {
  const receiver = await startTelemetry()
  const log = new KeptLog()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, SEAWORTHY_SPOOL_DIR: 'off' }
  await receiver.telemetry.flush(2000)
  receiver.telemetry.uninstall()
  const telemetry = create({ env, log, instrument: { http: false, runtime: false } })
  for (let line = 0; line < 1007; line++) telemetry.emitLogLine('{"level":30,"time":1,"msg":"early"}\n')
  expect(telemetry.account().logs).toMatchObject({ created: 1007, dropped: { queue_full: 7 }, pending: 1000 })
  await telemetry.start()
  expect(telemetry.account().logs).toMatchObject({ created: 1007, dropped: { queue_full: 7 } })
  await telemetry.flush(5000)
  const items = receiver.receiver.store.metrics().filter(({ name }) => name === 'seaworthy.telemetry.items')
  const dropped = items.find(({ attributes }) => attributes['outcome'] === 'dropped')
  expect(dropped).toMatchObject({ attributes: { signal: 'logs', reason: 'queue_full' }, latest: { value: 7 } })
  expect(log.lines.join('\n')).toContain('7 log records lost: the queue is full')
  await receiver[Symbol.asyncDispose]()
})
