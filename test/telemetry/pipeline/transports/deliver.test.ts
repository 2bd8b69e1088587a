import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Connections } from '../../../../src/telemetry/pipeline/transports/connections.ts'
import { started, tracesBytes } from '../../../receiver/started-receiver.ts'
import { answer, grpc, opened, PROTOCOL_NAMES, PROTOCOLS, rawHttpServer } from './transport-fixture.ts'

const MANY_SPANS = Array.from({ length: 20_000 }, (_, index) => tracesBytes(`a span with the number ${index}`))

test.for(PROTOCOL_NAMES)('over %s, chunks laid end to end arrive as one request', async (protocol) => {
  await using receiver = await started()
  using opening = await opened(PROTOCOLS[protocol](receiver.port))

  expect(await opening.send({ body: [tracesBytes('one'), tracesBytes('two')] })).toEqual({ kind: 'delivered' })
  expect(receiver.store.spans().map((span) => span.name)).toEqual(['one', 'two'])
  expect(receiver.counts.total.requests).toBe(1)
})

test.for(PROTOCOL_NAMES)('over %s with gzip, bodies of megabytes arrive, one connection for all', async (protocol) => {
  await using receiver = await started({ maxBodyBytes: 64 * 1024 * 1024 })
  using opening = await opened({ ...PROTOCOLS[protocol](receiver.port), OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' })

  for (let round = 0; round < 3; round++)
    expect(await opening.send({ body: MANY_SPANS })).toEqual({ kind: 'delivered' })
  expect(receiver.counts.total.items).toBe(60_000)
  expect(receiver.openConnections).toBe(1)
})

test.for(PROTOCOL_NAMES)('over %s without gzip, bodies of megabytes arrive', async (protocol) => {
  await using receiver = await started({ maxBodyBytes: 64 * 1024 * 1024 })
  using opening = await opened(PROTOCOLS[protocol](receiver.port))

  expect(await opening.send({ body: MANY_SPANS })).toEqual({ kind: 'delivered' })
  expect(receiver.counts.total.items).toBe(20_000)
  expect(receiver.counts.inflatedBytes).toBe(0)
})

test.for(PROTOCOL_NAMES)('over %s, what the collector rejected is told', async (protocol) => {
  await using receiver = await started({
    respond: () => ({ partialSuccess: { rejectedCount: 2, errorMessage: 'two are too old' } }),
  })
  using opening = await opened(PROTOCOLS[protocol](receiver.port))

  expect(await opening.send()).toEqual({ kind: 'delivered', rejectedCount: 2, message: 'two are too old' })
})

test.for(PROTOCOL_NAMES)('over %s, the signals share connections', async (protocol) => {
  await using receiver = await started()
  const connections = new Connections()
  using traces = await opened(PROTOCOLS[protocol](receiver.port), { connections })
  using logs = await opened(PROTOCOLS[protocol](receiver.port), { connections, signal: 'logs' })

  expect(await traces.send()).toEqual({ kind: 'delivered' })
  expect(await logs.send({ body: [] })).toEqual({ kind: 'delivered' })
  traces.transport.close()
  expect(await logs.send({ body: [] })).toEqual({ kind: 'delivered' })

  expect(receiver.counts.connections).toBe(1)
  expect(receiver.counts.bySignal.logs.requests).toBe(2)
})

test('over gRPC, attempts that begin at the same time wait for one connection', async () => {
  await using receiver = await started()
  using opening = await opened(grpc(receiver.port))

  const outcomes = await Promise.all(Array.from({ length: 8 }, () => opening.send()))

  expect(outcomes).toEqual(Array.from({ length: 8 }, () => ({ kind: 'delivered' })))
  expect(receiver.counts.connections).toBe(1)
})

test('over HTTP a request has its length, the headers of the settings and the user agent of the specification', async () => {
  let request = ''
  await using server = await rawHttpServer((received) => {
    request = received
    return answer('200 OK')
  })
  using opening = await opened({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:s%20ecret@127.0.0.1:${server.port}/base?x=1`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a,content-length=1',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  })
  const body = Buffer.alloc(2000)
  await opening.send({ body: [body] })

  const [head = '', content = ''] = request.split('\r\n\r\n')
  expect(head.split('\r\n')[0]).toBe('POST /base/v1/traces?x=1 HTTP/1.1')
  expect(head).toMatch(/^user-agent: seaworthy\/\d\S+ OTel-OTLP-Exporter-JavaScript\/\d\S+$/m)
  expect(head).toContain(`authorization: Basic ${Buffer.from('user:s ecret').toString('base64')}`)
  expect(head).toContain('x-tenant: a')
  expect(head).toContain(`host: 127.0.0.1:${server.port}`)
  expect(head).toContain('content-encoding: gzip')
  expect(head).not.toContain('transfer-encoding')
  expect(gunzipSync(Buffer.from(request.slice(head.length + 4), 'latin1'))).toEqual(body)
  expect(content).not.toBe('')
})

test('a tiny body is not compressed', async () => {
  let request = ''
  await using server = await rawHttpServer((received) => {
    request = received
    return answer('200 OK')
  })
  using opening = await opened({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.port}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  })
  await opening.send({ body: [Buffer.from('tiny')] })

  expect(request).not.toContain('content-encoding')
  expect(request).toMatch(/\r\n\r\ntiny$/)
})
