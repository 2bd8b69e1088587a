import { connect } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { closedPort } from '../../telemetry-fixture.ts'
import { started } from '../../../receiver/started-receiver.ts'
import { Authority } from './certificates.ts'
import { answerCall, grpcServer } from './grpc-server-fixture.ts'
import { startProxy } from './proxy-fixture.ts'
import { tlsFront } from './tls-front.ts'
import { opened, rawServer } from './transport-fixture.ts'

const delivered = { kind: 'delivered' }
/** Resolved by nobody but the proxy. */
const PLAIN = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.test:4318' }
const GRPC = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.test:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
const SECURED = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.test' }

test('plain HTTP is passed on by the proxy, with its credentials, which do not get further than it', async () => {
  await using receiver = await started()
  await using proxy = await startProxy({ port: receiver.port })
  using opening = await opened({ ...PLAIN, http_proxy: `http://me:p%40ss@127.0.0.1:${proxy.port}` })

  expect([await opening.send(), await opening.send()]).toEqual([delivered, delivered])
  const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  const line = `POST http://collector.test:4318/v1/traces ${credentials}`
  expect(proxy.asked).toEqual([line, line])
})

test('gRPC goes through a tunnel, and so does TLS, one for many requests', async () => {
  const authority = new Authority()
  await using receiver = await started()
  await using front = await tlsFront(authority.issue('DNS:collector.test'), receiver.port)
  await using toPlain = await startProxy({ port: receiver.port })
  await using toTls = await startProxy({ port: front.port })
  const secured = {
    ...SECURED,
    OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certFile,
    HTTPS_PROXY: `127.0.0.1:${toTls.port}`,
  }
  using plainGrpc = await opened({ ...GRPC, http_proxy: `http://me:pass@127.0.0.1:${toPlain.port}` })
  using tlsHttp = await opened(secured)
  using tlsGrpc = await opened({ ...secured, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })

  for (const opening of [plainGrpc, tlsHttp, tlsGrpc]) {
    expect([await opening.send(), await opening.send()]).toEqual([delivered, delivered])
  }
  expect(toPlain.asked).toEqual([`CONNECT collector.test:4317 Basic ${Buffer.from('me:pass').toString('base64')}`])
  expect(toTls.asked).toEqual(['CONNECT collector.test:443 -', 'CONNECT collector.test:443 -'])
  expect(front.clients.map(({ alpn }) => alpn)).toEqual(['http/1.1', 'h2'])
})

test('the proxy itself may be reached by TLS, and is then verified', async () => {
  const authority = new Authority()
  await using receiver = await started()
  await using proxy = await startProxy({ port: receiver.port, tls: authority.issue('DNS:localhost') })
  for (const env of [PLAIN, GRPC]) {
    using opening = await opened({ ...env, all_proxy: `https://localhost:${proxy.port}` })
    expect(await opening.send()).toMatchObject({
      kind: 'retry',
      reason: expect.stringMatching(
        /^the proxy localhost:\d+ of all_proxy cannot be reached: the certificate of localhost:\d+ is not trusted .*NODE_EXTRA_CA_CERTS/,
      ) as string,
    })
  }
  expect(proxy.asked).toEqual([])
})

test('through a proxy that is reached by TLS, TLS to the collector works as well', async () => {
  const authority = new Authority()
  const defaults = getCACertificates()
  setDefaultCACertificates([authority.cert])
  onTestFinished(() => setDefaultCACertificates(defaults))
  await using receiver = await started()
  await using front = await tlsFront(authority.issue('DNS:collector.test'), receiver.port)
  await using proxy = await startProxy({ port: front.port, tls: authority.issue('IP:127.0.0.1') })
  for (const OTEL_EXPORTER_OTLP_PROTOCOL of ['http/protobuf', 'grpc']) {
    const env = { ...SECURED, OTEL_EXPORTER_OTLP_PROTOCOL, https_proxy: `https://127.0.0.1:${proxy.port}` }
    using opening = await opened(env)
    expect([await opening.send(), await opening.send({ body: [Buffer.alloc(1)] })]).toEqual([
      delivered,
      expect.objectContaining({ kind: 'refused' }),
    ])
  }
  expect(proxy.asked).toHaveLength(2)
})

test.for([
  ['407 Who', 'asks for credentials (407): put them into http_proxy'],
  ['403 No', 'does not allow collector.test:4317 (403)'],
  ['502 Bad', 'cannot connect to collector.test:4317 (502)'],
])('a proxy that answers a tunnel with %s is worth another attempt, and told', async ([refuse = '', reason = '']) => {
  await using proxy = await startProxy({ port: 1, refuse })
  using opening = await opened({ ...GRPC, http_proxy: `http://me:s3cret@127.0.0.1:${proxy.port}` })
  const outcome = await opening.send()
  expect(outcome).toEqual({ kind: 'retry', reason: expect.stringContaining(reason) as string })
  expect(JSON.stringify(outcome)).not.toContain('s3cret')
})

test('what the collector says first may come together with the answer of the proxy', async () => {
  await using server = await grpcServer((stream) => answerCall(stream))
  await using proxy = await rawServer((socket) => {
    socket.once('data', () => {
      const onward = connect(server.port, '127.0.0.1')
      onward.on('error', () => {})
      onward.once('data', (settings: Buffer) => {
        socket.write(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), settings]))
        socket.pipe(onward).pipe(socket)
      })
    })
  })
  using opening = await opened({ ...GRPC, http_proxy: `http://127.0.0.1:${proxy.port}` })
  expect(await opening.send()).toEqual(delivered)
})

test('a proxy that asks for credentials before it passes on is worth another attempt', async () => {
  await using proxy = await startProxy({ port: 1, refuse: '407 Who' })
  using opening = await opened({ ...PLAIN, http_proxy: `http://127.0.0.1:${proxy.port}` })
  expect(await opening.send()).toEqual({
    kind: 'retry',
    reason: expect.stringContaining('the proxy asks for credentials; put them into http_proxy') as string,
  })
})

test('a proxy that is not there, hangs up or is none does not count as a collector that is not there', async () => {
  await using rude = await rawServer((socket) => socket.end())
  await using ssh = await rawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n'))
  await using endless = await rawServer((socket) => socket.write('x'.repeat(100_000)))
  for (const port of [await closedPort(), rude.port, ssh.port, endless.port]) {
    using opening = await opened({ ...GRPC, http_proxy: `http://127.0.0.1:${port}` })
    const outcome = await opening.send()
    expect(outcome).toMatchObject({ kind: 'retry' })
    expect(outcome).not.toHaveProperty('isNobodyThere')
  }
})
