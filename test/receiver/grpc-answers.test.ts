import { deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodeRequest } from '../../src/otlp/encode-request.ts'
import { decodeStatus } from '../../src/otlp/status.ts'
import { GRPC_PATHS } from '../../src/receiver/signal-paths.ts'
import { gauge, logRecord, numberPoint, request, span } from '../store/samples.ts'
import { EXPORT_TRACES, frame, GrpcClient } from './grpc-client.ts'
import { sendGood, started, tracesBytes } from './started-receiver.ts'

const HEALTH = '/grpc.health.v1.Health/Check'

test.each([...GRPC_PATHS])('an empty request to %s succeeds', async (path, signal) => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.grpcEndpoint)
  const reply = await client.call(path, [frame(new Uint8Array())])
  expect(reply).toMatchObject({
    httpStatus: 200,
    headers: { 'content-type': 'application/grpc', 'grpc-accept-encoding': 'identity, gzip, deflate' },
    trailers: { 'grpc-status': '0' },
    body: Buffer.alloc(5),
    resetCode: 0,
  })
  expect(receiver.counts.byTransport.grpc[signal].requests).toBe(1)
})

test.each([
  ['plain', {}, frame(tracesBytes())],
  ['with an encoding that this message does not use', { 'grpc-encoding': 'gzip' }, frame(tracesBytes())],
  ['in gzip', { 'grpc-encoding': 'gzip' }, frame(gzipSync(tracesBytes()), { compressed: true })],
  ['in deflate', { 'grpc-encoding': 'deflate' }, frame(deflateSync(tracesBytes()), { compressed: true })],
  ['with a timeout', { 'grpc-timeout': '9945m' }, frame(tracesBytes())],
  ['with a timeout that makes no sense', { 'grpc-timeout': 'soon' }, frame(tracesBytes())],
  ['as application/grpc', { 'content-type': 'application/grpc' }, frame(tracesBytes())],
])('a message %s is taken in', async (_, headers, bytes) => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.grpcEndpoint)
  const reply = await client.call(EXPORT_TRACES, [bytes], headers)
  expect([reply.trailers['grpc-status'], receiver.store.spans().map((span) => span.name)]).toEqual(['0', ['good']])
})

test('a message cut into single bytes, each in a DATA frame of its own, is taken in', async () => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.grpcEndpoint)
  const bytes = frame(tracesBytes())
  const reply = await client.call(
    EXPORT_TRACES,
    Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
  )
  expect([reply.trailers['grpc-status'], receiver.store.spans().map((span) => span.name)]).toEqual(['0', ['good']])
})

const malformed = frame(tracesBytes().subarray(0, 20))

test.each<[string, string, Record<string, string>, readonly Uint8Array[], string, RegExp, string]>([
  [
    'an unknown service',
    '/x.Y/Export',
    {},
    [frame(new Uint8Array())],
    '12',
    /^The method \/x\.Y\/Export is not served here$/,
    'unknownPath',
  ],
  ['an unknown method', EXPORT_TRACES.replace('Export', 'Import'), {}, [], '12', /not served/, 'unknownPath'],
  ['a path with a percent sign', '/%41/ü', {}, [], '12', /\/%41\//, 'unknownPath'],
  ['the path of OTLP over HTTP', '/v1/traces', {}, [], '12', /not served/, 'unknownPath'],
  ['no message', EXPORT_TRACES, {}, [], '12', /^No message in a unary call$/, 'messageCount'],
  [
    'two messages',
    EXPORT_TRACES,
    {},
    [frame(tracesBytes()), frame(tracesBytes())],
    '12',
    /^More than one message/,
    'messageCount',
  ],
  [
    'two messages in one DATA frame',
    EXPORT_TRACES,
    {},
    [Buffer.concat([frame(tracesBytes()), frame(tracesBytes())])],
    '12',
    /^More than one/,
    'messageCount',
  ],
  ['two empty messages', EXPORT_TRACES, {}, [Buffer.alloc(10)], '12', /^More than one/, 'messageCount'],
  [
    'a frame without an end',
    EXPORT_TRACES,
    {},
    [frame(tracesBytes()).subarray(0, 20)],
    '13',
    /^The call ended \d+ bytes before the end of its message$/,
    'badFraming',
  ],
  [
    'a prefix without an end',
    EXPORT_TRACES,
    {},
    [Buffer.alloc(3)],
    '13',
    /^The call ended after 3 of the 5 bytes of a prefix$/,
    'badFraming',
  ],
  [
    'a flag nobody knows',
    EXPORT_TRACES,
    {},
    [Buffer.from([2, 0, 0, 0, 0])],
    '13',
    /begins with 2, expected 0 or 1/,
    'badFraming',
  ],
  ['bytes that are no frame', EXPORT_TRACES, {}, [Buffer.from('hello, world')], '13', /begins with 104/, 'badFraming'],
  [
    'compressed without an encoding',
    EXPORT_TRACES,
    {},
    [frame(gzipSync(tracesBytes()), { compressed: true })],
    '13',
    /without grpc-encoding/,
    'badFraming',
  ],
  [
    'compressed with identity',
    EXPORT_TRACES,
    { 'grpc-encoding': 'identity' },
    [frame(gzipSync(tracesBytes()), { compressed: true })],
    '13',
    /without grpc-encoding/,
    'badFraming',
  ],
  [
    'an encoding nobody knows',
    EXPORT_TRACES,
    { 'grpc-encoding': 'snappy' },
    [frame(tracesBytes())],
    '12',
    /^grpc-encoding must be one of/,
    'unknownEncoding',
  ],
  [
    'a message that is not what its encoding says',
    EXPORT_TRACES,
    { 'grpc-encoding': 'gzip' },
    [frame(tracesBytes(), { compressed: true })],
    '13',
    /^The request is not valid gzip$/,
    'badCompression',
  ],
  ['a malformed message', EXPORT_TRACES, {}, [malformed], '3', /^traces: resource_spans\[0\]/, 'malformed'],
  [
    'a health check of an unknown service',
    HEALTH,
    {},
    [frame(Buffer.from('\n\u0003foo'))],
    '5',
    /no service of that name/,
    'unknownHealthService',
  ],
  [
    'a malformed health check',
    HEALTH,
    {},
    [frame(Buffer.from('\n\u0009foo'))],
    '3',
    /no HealthCheckRequest/,
    'malformed',
  ],
])(
  '%s gets its status, and the next call on the connection succeeds',
  async (_, path, headers, pieces, status, message, kind) => {
    await using receiver = await started()
    await using client = new GrpcClient(receiver.grpcEndpoint)

    const reply = await client.call(path, pieces, headers)

    expect([reply.httpStatus, reply.headers['content-type'], reply.trailers['grpc-status'], reply.resetCode]).toEqual([
      200,
      'application/grpc',
      status,
      0,
    ])
    expect(decodeURIComponent(String(reply.trailers['grpc-message']))).toMatch(message)
    expect(decodeStatus(Buffer.from(String(reply.trailers['grpc-status-details-bin']), 'base64'))).toEqual({
      code: Number(status),
      message: expect.stringMatching(message),
    })
    expect(receiver.errors).toEqual({ [kind]: 1 })
    expect(receiver.store.spans()).toEqual([])
    const good = await client.call(EXPORT_TRACES, [frame(tracesBytes())])
    expect([good.trailers['grpc-status'], receiver.store.spans()]).toEqual([
      '0',
      [expect.objectContaining({ name: 'good' })],
    ])
  },
)

test.each(['', ...[...GRPC_PATHS.keys()].map((path) => path.split('/')[1] ?? '')])(
  'the health of "%s" is SERVING',
  async (service) => {
    await using receiver = await started()
    await using client = new GrpcClient(receiver.grpcEndpoint)
    const name = Buffer.from(service)
    const message = service === '' ? new Uint8Array() : Buffer.concat([Buffer.from([0x0a, name.byteLength]), name])
    const reply = await client.call(HEALTH, [frame(message)])
    expect([reply.trailers['grpc-status'], reply.body]).toEqual(['0', Buffer.from([0, 0, 0, 0, 2, 8, 1])])
  },
)

test('OTLP over HTTP is also served over HTTP/2', async () => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.endpoint)
  const { stream, reply } = client.open('/v1/traces', { 'content-type': 'application/x-protobuf' })
  stream.end(tracesBytes())
  expect(await reply).toMatchObject({
    httpStatus: 200,
    headers: { 'content-type': 'application/x-protobuf' },
    resetCode: 0,
  })
  expect(receiver.counts.byTransport['http/protobuf'].traces.items).toBe(1)
})

test('GET over HTTP/2, and gRPC by another method than POST, are refused', async () => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.endpoint)
  const get = client.open('/v1/traces', { ':method': 'GET', 'content-type': 'application/json' })
  expect(await get.reply).toMatchObject({ httpStatus: 405, headers: { allow: 'POST' } })
  const put = client.open(EXPORT_TRACES, { ':method': 'PUT' })
  expect((await put.reply).trailers['grpc-status']).toBe('12')
})

test('an answer that comes before the end of the request tells the sender to stop, without an error', async () => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.endpoint)
  const { stream, reply } = client.open('/x.Y/Z')
  stream.write(Buffer.alloc(10))
  const { trailers, resetCode } = await reply
  expect([trailers['grpc-status'], resetCode]).toEqual(['12', 0])
  expect(await sendGood(receiver)).toBe(200)
})

test('many calls at once over one connection are each answered with their own', async () => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.endpoint)
  const replies = await Promise.all(
    Array.from({ length: 300 }, (_, n) =>
      client.call(EXPORT_TRACES, [frame(n % 3 === 0 ? malformed : tracesBytes(`span ${n}`))]),
    ),
  )
  expect(replies.map((reply) => reply.trailers['grpc-status'])).toEqual(
    Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? '3' : '0')),
  )
  expect(new Set(receiver.store.spans().map((span) => span.name)).size).toBe(200)
})

const COUNT = 20_000
const numbers = Array.from({ length: COUNT }, (_, n) => n)

test.each<[string, Uint8Array]>([
  ['traces', encodeRequest('traces', request(numbers.map((n) => span({ name: `span ${n}` }))))],
  ['metrics', encodeRequest('metrics', request(numbers.map((n) => gauge(`gauge ${n}`, numberPoint({ value: n })))))],
  ['logs', encodeRequest('logs', request(numbers.map((n) => logRecord({ body: `record ${n}` }))))],
])('a large request of %s comes through whole', async (signal, bytes) => {
  await using receiver = await started()
  await using client = new GrpcClient(receiver.endpoint)
  const path = [...GRPC_PATHS].find(([, of]) => of === signal)?.[0] ?? ''
  const reply = await client.call(path, [frame(bytes)])
  expect(reply.trailers['grpc-status']).toBe('0')
  expect(receiver.counts.total.items).toBe(COUNT)
})
