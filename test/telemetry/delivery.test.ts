import { metrics, trace } from '@opentelemetry/api'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { FinalFlush } from '../../src/core/final-flush.ts'
import type { Signal } from '../../src/otlp/model.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { lostCount } from '../../src/telemetry/pipeline/signal-account.ts'
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts'
import { KeptLog, type StartedTelemetry, startServer, startTelemetry } from './telemetry-fixture.ts'

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs']

const PROTOCOLS = [
  { protocol: 'http/protobuf', compression: 'none' },
  { protocol: 'http/protobuf', compression: 'gzip' },
  { protocol: 'grpc', compression: 'none' },
  { protocol: 'grpc', compression: 'gzip' },
]

function emitOneOfEach({ telemetry }: Pick<StartedTelemetry, 'telemetry'>): void {
  trace.getTracer('test').startSpan('a span').end()
  metrics.getMeter('test').createCounter('a.counter').add(7)
  const ids = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331', trace_flags: '01' }
  telemetry.emitLogLine(JSON.stringify({ level: 40, time: 1_700_000_000_000, msg: 'a line', ...ids }))
}

function expectBalance(telemetry: Telemetry): void {
  for (const signal of SIGNALS) {
    const account = telemetry.account()[signal]
    expect(account.delivered + account.pending + lostCount(account)).toBe(account.created)
  }
}

test.for(PROTOCOLS)('all three signals arrive over $protocol with $compression, with one resource', async (choice) => {
  await using started = await startTelemetry({
    serviceVersion: '1.2.3',
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: choice.protocol, OTEL_EXPORTER_OTLP_COMPRESSION: choice.compression },
  })
  emitOneOfEach(started)
  const outcome = await started.telemetry.flush(5000)

  const { store } = started.receiver
  const [span] = store.spans({ name: 'a span' })
  const [series] = store.metrics({ name: 'a.counter' })
  const [record] = store.logs()
  expect(outcome.complete).toBe(true)
  expect(series?.latest).toMatchObject({ type: 'sum', value: 7 })
  expect(record).toMatchObject({
    body: 'a line',
    severityNumber: 13,
    timeUnixNano: 1_700_000_000_000_000_000n,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
  })
  expect(span?.resource.attributes).toMatchObject({
    'service.name': 'fixture',
    'service.version': '1.2.3',
    'service.instance.id': started.telemetry.resource['service.instance.id'],
    'process.pid': process.pid,
    'telemetry.sdk.language': 'nodejs',
  })
  expect(series?.latest.resource.attributes).toEqual(span?.resource.attributes)
  expect(record?.resource.attributes).toEqual(span?.resource.attributes)
})

test('over http/protobuf, headers of the environment reach the collector', async () => {
  const seen: (string | undefined)[] = []
  await using collector = await startServer((request, response) => {
    seen.push(request.headers['x-tenant']?.toString())
    request.resume().on('end', () => response.end())
  })
  await using started = await startTelemetry({
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme%20corp' },
    ignoreRequest: () => true,
  })
  emitOneOfEach(started)
  await started.telemetry.flush(5000)

  expect(seen).toEqual(['acme corp'])
})

test('over grpc, headers of the environment reach the collector', async () => {
  const seen: unknown[] = []
  const server = createHttp2Server()
  server.on('stream', (stream, headers) => {
    seen.push(headers['x-tenant'])
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' }, { endStream: true })
  })
  await using address = await listen(server)
  await using started = await startTelemetry({
    env: {
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${address.port}`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme%20corp',
    },
  })
  emitOneOfEach(started)
  await started.telemetry.flush(2000)

  expect(seen[0]).toBe('acme corp')
})

test.for(['http/protobuf', 'grpc'])(
  'over %s, a collector that is away at the start gets everything once it is there',
  async (protocol) => {
    const first = createReceiver()
    const { port, endpoint } = await first.start()
    await first.stop()
    const log = new KeptLog()
    const telemetry = createTelemetry({
      serviceName: 'early',
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_BSP_SCHEDULE_DELAY: '1',
        SEAWORTHY_SPOOL_DIR: 'off',
      },
      clock: systemClock,
      log,
      finalFlush: new FinalFlush(),
      ignoreRequest: () => true,
    })
    await telemetry.start()
    emitOneOfEach({ telemetry })
    await vi.waitFor(() => expect(log.lines.join()).toContain('cannot deliver traces, 1 spans wait'), 5000)
    expect(telemetry.account().traces).toMatchObject({ created: 1, delivered: 0, pending: 1 })

    await using second = createReceiver({ port })
    await second.start()
    const outcome = await telemetry.flush(10_000)
    telemetry.uninstall()

    expect(outcome.complete).toBe(true)
    expect(second.store.spans().map((span) => span.name)).toEqual(['a span'])
    expect(second.store.logs()).toHaveLength(1)
    expect(second.store.metrics({ name: 'a.counter' })).toHaveLength(1)
  },
)

test.for(['http/protobuf', 'grpc'])(
  'over %s, a collector that takes connections and never answers holds the flush up to its limit, no longer',
  async (protocol) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
    })
    await using address = await listen(server)
    await using started = await startTelemetry({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_BSP_SCHEDULE_DELAY: '1',
      },
    })
    emitOneOfEach(started)
    await vi.waitFor(() => expect(sockets.size).toBeGreaterThan(0), 10_000)

    const before = performance.now()
    const outcome = await started.telemetry.flush(500)
    const tookMs = performance.now() - before

    // Not a measurement: well under the 10 s that one attempt may take.
    expect(tookMs).toBeLessThan(5000)
    expect(outcome.complete).toBe(false)
    expect(started.telemetry.account().traces).toMatchObject({ created: 1, dropped: { flush_limit: 1 }, pending: 0 })
    expect(started.telemetry.account().logs).toMatchObject({ created: 1, dropped: { flush_limit: 1 }, pending: 0 })
    expectBalance(started.telemetry)
  },
)

test('an answer that trickles without an end is cut at the time limit; as it began with success, nothing is sent again', async () => {
  let requests = 0
  let isFirstCut = false
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      requests++
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n')
      const trickle = setInterval(() => socket.write('x'), 20)
      return void socket.on('close', () => {
        clearInterval(trickle)
        isFirstCut = true
      })
    })
  })
  await using address = await listen(server)
  await using started = await startTelemetry({
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${address.port}/v1/traces`,
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '200',
    },
  })
  emitOneOfEach(started)
  const outcome = await started.telemetry.flush(10_000)

  expect(outcome.complete).toBe(true)
  expect(requests).toBe(1)
  await vi.waitFor(() => expect(isFirstCut).toBe(true), 10_000)
})

test.for(['http/protobuf', 'grpc'])(
  'over %s, a collector that is overloaded for a moment loses nothing',
  async (protocol) => {
    let answers = 0
    await using started = await startTelemetry({
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      receiver: { respond: () => (answers++ < 2 ? { refuse: {} } : undefined) },
    })
    trace.getTracer('test').startSpan('a span').end()
    const outcome = await started.telemetry.flush(10_000)

    expect(outcome.complete).toBe(true)
    expect(answers).toBe(3)
    expect(started.receiver.store.spans()).toHaveLength(1)
  },
)

test('gRPC: RESOURCE_EXHAUSTED is temporary only with a word on when to come back', async () => {
  let answers = 0
  const RESOURCE_EXHAUSTED = 8
  await using started = await startTelemetry({
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '1',
    },
    receiver: {
      respond: () => {
        answers++
        if (answers === 1) return { refuse: { grpcCode: RESOURCE_EXHAUSTED, retryDelayMs: 10 } }
        return answers === 3 ? { refuse: { grpcCode: RESOURCE_EXHAUSTED } } : undefined
      },
    },
  })
  const tracer = trace.getTracer('test')
  tracer.startSpan('kept').end()
  await vi.waitFor(() => expect(started.telemetry.account().traces.delivered).toBe(1), 5000)
  tracer.startSpan('lost').end()
  await started.telemetry.flush(5000)

  expect(started.receiver.store.spans().map((span) => span.name)).toEqual(['kept'])
  expect(started.telemetry.account().traces).toMatchObject({ created: 2, delivered: 1, dropped: { refused: 1 } })
})

test.for(['http/protobuf', 'grpc'])(
  'over %s, what the collector refuses for good is not sent again',
  async (protocol) => {
    let answers = 0
    const INVALID_ARGUMENT = 3
    await using started = await startTelemetry({
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      receiver: {
        respond: () => {
          answers++
          return { refuse: { httpStatus: 400, grpcCode: INVALID_ARGUMENT, message: 'not like this' } }
        },
      },
    })
    trace.getTracer('test').startSpan('a span').end()
    const outcome = await started.telemetry.flush(5000)

    expect(answers).toBe(1)
    expect(outcome.complete).toBe(false)
    expect(started.telemetry.account().traces.dropped).toEqual({ refused: 1 })
    expect(started.log.lines.join('\n')).toContain('1 spans lost: the collector refuses them: ')
  },
)

test.for(['http/protobuf', 'grpc'])('over %s, a partial success counts what was rejected', async (protocol) => {
  await using started = await startTelemetry({
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
    receiver: {
      respond: ({ signal }) => ({
        partialSuccess: { rejectedCount: signal === 'metrics' ? 0 : 1, errorMessage: 'one is too old' },
      }),
    },
  })
  const tracer = trace.getTracer('test')
  tracer.startSpan('one').end()
  tracer.startSpan('two').end()
  started.telemetry.emitLogLine('{"level":30,"msg":"a line"}')
  await started.telemetry.flush(5000)

  expect(started.telemetry.account().traces).toEqual({
    created: 2,
    delivered: 1,
    rejected: 1,
    dropped: {},
    spooled: 0,
    pending: 0,
  })
  expect(started.telemetry.account().logs).toEqual({
    created: 1,
    delivered: 0,
    rejected: 1,
    dropped: {},
    spooled: 0,
    pending: 0,
  })
  expect(started.telemetry.account().metrics).toMatchObject({ rejected: 0, dropped: expect.toBeOneOf([{}]) })
  expect(started.log.lines).toContain(
    'warn 1 spans lost: the collector took the others and rejected these: one is too old',
  )
})

test('a burst larger than the queue is cut, counted by reason and said once', async () => {
  await using started = await startTelemetry({ env: { OTEL_BSP_MAX_QUEUE_SIZE: '100' } })
  const tracer = trace.getTracer('test')
  for (let index = 0; index < 250; index++) tracer.startSpan('burst').end()
  await started.telemetry.flush(5000)

  expect(started.telemetry.account().traces).toEqual({
    created: 250,
    delivered: 100,
    rejected: 0,
    dropped: { queue_full: 150 },
    spooled: 0,
    pending: 0,
  })
  expect(started.log.lines).toEqual([
    'warn 150 spans lost: the queue is full, because they come faster than the collector takes them',
  ])
})

interface Listening extends AsyncDisposable {
  readonly port: number
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
