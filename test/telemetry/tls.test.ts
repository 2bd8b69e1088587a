import { trace } from '@opentelemetry/api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterAll, expect, test, vi } from 'vitest'
import { selfSignedCertificate } from '../server/self-signed-certificate.ts'
import { startTelemetry } from './telemetry-fixture.ts'

const pair = selfSignedCertificate()
const folder = mkdtempSync(join(tmpdir(), 'telemetry-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))
const CERTIFICATE = join(folder, 'certificate.pem')
const KEY = join(folder, 'key.pem')
writeFileSync(CERTIFICATE, pair.cert)
writeFileSync(KEY, pair.key)

interface TlsFront extends AsyncDisposable {
  readonly endpoint: string
}

/** Takes TLS, with a certificate of the client demanded, and passes everything on to a port without TLS. */
async function startTlsFront(port: () => number): Promise<TlsFront> {
  const sockets = new Set<Socket>()
  const pem = { cert: pair.cert, ca: pair.cert, key: pair.key }
  const server = createServer(
    { ...pem, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2', 'http/1.1'] },
    (secure) => {
      const plain = connect(port(), '127.0.0.1')
      for (const socket of [secure, plain]) {
        sockets.add(socket)
        socket.on('error', () => {})
      }
      secure.pipe(plain).pipe(secure)
    },
  )
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

test.for(['http/protobuf', 'grpc'])('over %s, both sides show their certificates', async (protocol) => {
  let port = 0
  await using front = await startTlsFront(() => port)
  await using started = await startTelemetry({
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: front.endpoint,
      OTEL_EXPORTER_OTLP_CERTIFICATE: CERTIFICATE,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: CERTIFICATE,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: KEY,
    },
  })
  port = Number(new URL(started.endpoint).port)
  trace.getTracer('test').startSpan('a span').end()
  const outcome = await started.telemetry.flush(5000)

  expect(outcome.complete).toBe(true)
  expect(started.receiver.store.spans()).toHaveLength(1)
})

test.for(['http/protobuf', 'grpc'])(
  'over %s, a certificate that cannot be verified is no reason to drop: it may be replaced',
  async (protocol) => {
    await using front = await startTlsFront(() => 1)
    await using started = await startTelemetry({
      env: {
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: front.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '1',
      },
    })
    trace.getTracer('test').startSpan('a span').end()
    await vi.waitFor(() => expect(started.log.lines.join()).toContain('cannot deliver traces'), 5000)

    expect(started.log.lines.join()).toMatch(/certificate/i)
    expect(started.telemetry.account().traces).toMatchObject({
      created: 1,
      pending: 1,
      dropped: expect.toBeOneOf([{}]),
    })
  },
)
