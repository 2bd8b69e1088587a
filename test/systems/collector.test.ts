import { logs, metrics, trace } from '@opentelemetry/api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { createReceiver, type Receiver } from '../../src/receiver/receiver.ts'
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { type Collector, startCollector } from './servers/collector.ts'

const PROTOCOLS = ['http/protobuf', 'grpc'] as const
type Protocol = (typeof PROTOCOLS)[number]

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-collector-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A certificate and its key as files; each one is its own authority. */
function certificateFiles(name: string): { readonly cert: string; readonly key: string } {
  const { cert, key } = selfSignedCertificate()
  const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
  return files
}

interface Route extends AsyncDisposable {
  readonly receiver: Receiver
  readonly forwardTo: string
}

/** What stands behind the Collector and keeps what arrives. */
async function startBehind(): Promise<Route> {
  const receiver = createReceiver()
  const { endpoint } = await receiver.start()
  return { receiver, forwardTo: endpoint, [Symbol.asyncDispose]: () => receiver.stop() }
}

async function startSender(
  collector: Collector,
  protocol: Protocol,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly telemetry: Telemetry } & AsyncDisposable> {
  const scheme = env['OTEL_EXPORTER_OTLP_CERTIFICATE'] === undefined ? 'http://127.0.0.1' : 'https://localhost'
  const port = protocol === 'grpc' ? collector.grpcPort : collector.httpPort
  const telemetry = createTelemetry({
    serviceName: 'collector-test',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${scheme}:${port}`, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, ...env },
    finalFlush: new FinalFlush(),
    instrument: { http: false, runtime: false },
  })
  await telemetry.start()
  return {
    telemetry,
    async [Symbol.asyncDispose]() {
      await telemetry.flush(1000)
      telemetry.uninstall()
    },
  }
}

function recordOneOfEach(): void {
  trace
    .getTracer('test')
    .startSpan('a span', { attributes: { list: ['a', 'b'], big: 2 ** 40 } })
    .end()
  metrics.getMeter('test').createHistogram('a.histogram', { unit: 's' }).record(0.25, { route: '/a' })
  logs
    .getLogger('test')
    .emit({ severityNumber: 9, severityText: 'INFO', body: 'a line', attributes: { deep: { a: 1 } } })
}

test.for(
  PROTOCOLS.flatMap((protocol) => (['none', 'gzip'] as const).map((compression) => ({ protocol, compression }))),
)(
  'a real Collector takes all three signals over $protocol, compression $compression',
  async ({ protocol, compression }) => {
    await using behind = await startBehind()
    await using collector = await startCollector(behind)
    await using sender = await startSender(collector, protocol, { OTEL_EXPORTER_OTLP_COMPRESSION: compression })

    recordOneOfEach()
    const outcome = await sender.telemetry.flush(10_000)

    expect(outcome).toMatchObject({ complete: true, details: { lost: 0 } })
    expectOneOfEach(behind.receiver)
  },
)

test.for(PROTOCOLS)('a real Collector that demands a certificate of its clients gets one over %s', async (protocol) => {
  const server = certificateFiles(`server-${protocol.replace('/', '-')}`)
  const client = certificateFiles(`client-${protocol.replace('/', '-')}`)
  await using behind = await startBehind()
  await using collector = await startCollector({ ...behind, tls: { ...server, clientCa: client.cert } })
  await using sender = await startSender(collector, protocol, {
    OTEL_EXPORTER_OTLP_CERTIFICATE: server.cert,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.cert,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: client.key,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  })

  recordOneOfEach()
  const outcome = await sender.telemetry.flush(10_000)

  expect(outcome).toMatchObject({ complete: true, details: { lost: 0 } })
  expectOneOfEach(behind.receiver)
})

test.for(PROTOCOLS)('a Collector that is killed under load and comes back loses nothing over %s', async (protocol) => {
  await using behind = await startBehind()
  const first = await startCollector(behind)
  await using sender = await startSender(first, protocol, { OTEL_BSP_SCHEDULE_DELAY: '100' })
  const created = new Set<string>()
  const logger = logs.getLogger('load')
  const tracer = trace.getTracer('load')
  const load = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      for (let count = 0; count < 50; count++) {
        const span = tracer.startSpan('under load')
        created.add(span.spanContext().spanId)
        span.end()
        logger.emit({ body: 'under load' })
      }
      await wait(20)
    }
  }

  await load(60)
  expect(behind.receiver.store.stats.traces.received).toBeGreaterThan(0)
  const killed = first[Symbol.asyncDispose]()
  await load(60)
  await killed
  await load(30)
  await using _second = await startCollector({ ...behind, ports: first })
  await load(60)
  const outcome = await sender.telemetry.flush(20_000)

  expect(outcome).toMatchObject({ complete: true, details: { lost: 0 } })
  expect(sender.telemetry.account().traces).toMatchObject({ created: created.size, delivered: created.size })
  // What was answered by nobody was sent again, so a few may have come twice; none may be missing.
  const arrived = new Set(behind.receiver.store.spans().map((span) => span.spanId))
  expect([...created].filter((id) => !arrived.has(id))).toEqual([])
  expect(behind.receiver.store.stats.logs.received).toBeGreaterThanOrEqual(created.size)
})

function expectOneOfEach({ store }: Receiver): void {
  expect(store.spans()).toMatchObject([{ name: 'a span', attributes: { list: ['a', 'b'], big: 2 ** 40 } }])
  expect(store.logs()).toMatchObject([{ body: 'a line', severityText: 'INFO', attributes: { deep: { a: 1 } } }])
  expect(store.metrics({ name: 'a.histogram' })).toHaveLength(1)
}
