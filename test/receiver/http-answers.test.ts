import { request as httpRequest } from 'node:http'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeStatus } from '../../src/otlp/status.ts'
import { RawConnection } from './raw-connection.ts'
import { sendGood, started, tracesBytes, tracesJson, type StartedReceiver } from './started-receiver.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

interface Reply {
  readonly status: number
  readonly type: string | null
  readonly body: Buffer
  readonly headers: Headers
}

async function post(
  receiver: StartedReceiver,
  path: string,
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string>,
  method = 'POST',
): Promise<Reply> {
  const init: RequestInit = { method, headers, body }
  const response = await fetch(`${receiver.endpoint}${path}`, init)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Buffer.from(await response.arrayBuffer()),
    headers: response.headers,
  }
}

test.each(['traces', 'metrics', 'logs'] as const)(
  'an empty request of %s succeeds, answered as it was asked',
  async (signal) => {
    await using receiver = await started()
    const protobuf = await post(receiver, `/v1/${signal}`, new Uint8Array(), { 'content-type': PROTOBUF })
    expect([protobuf.status, protobuf.type, protobuf.body.toString('hex')]).toEqual([200, PROTOBUF, ''])
    const json = await post(receiver, `/v1/${signal}`, '{}', { 'content-type': JSON_TYPE })
    expect([json.status, json.type, json.body.toString()]).toEqual([200, JSON_TYPE, '{}'])
    expect(receiver.counts.bySignal[signal]).toEqual({ requests: 2, items: 0, rejectedRequests: 0, rejectedItems: 0 })
  },
)

test.each([
  ['a content type with a parameter and capitals', { 'content-type': 'Application/JSON; charset=UTF-8' }, tracesJson()],
  ['a mark of byte order', { 'content-type': JSON_TYPE }, `\uFEFF${tracesJson()}`],
  ['identity as the encoding', { 'content-type': PROTOBUF, 'content-encoding': 'identity' }, tracesBytes()],
  ['gzip', { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, gzipSync(tracesBytes())],
  [
    'gzip by its old name, in capitals',
    { 'content-type': PROTOBUF, 'content-encoding': 'X-GZIP' },
    gzipSync(tracesBytes()),
  ],
  [
    'gzip in two members',
    { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    Buffer.concat([gzipSync(tracesBytes().subarray(0, 9)), gzipSync(tracesBytes().subarray(9))]),
  ],
  ['deflate', { 'content-type': JSON_TYPE, 'content-encoding': 'deflate' }, deflateSync(tracesJson())],
  [
    'deflate without the wrapping of zlib',
    { 'content-type': JSON_TYPE, 'content-encoding': 'deflate' },
    deflateRawSync(tracesJson()),
  ],
  ['an empty compressed body', { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, gzipSync('')],
])('taken in with %s', async (_, headers, body) => {
  await using receiver = await started()
  expect((await post(receiver, '/v1/traces', body, headers)).status).toBe(200)
  expect(receiver.counts.total).toMatchObject({ requests: 1, rejectedRequests: 0 })
})

test('a query after the path, and a request target in absolute form, reach the same place', async () => {
  await using receiver = await started()
  expect((await post(receiver, '/v1/traces?x=/v1/logs', tracesBytes(), { 'content-type': PROTOBUF })).status).toBe(200)
  const status = await new Promise((resolve, reject) => {
    const { port, endpoint } = receiver
    httpRequest(
      { port, method: 'POST', path: `${endpoint}/v1/traces`, headers: { 'content-type': PROTOBUF } },
      (response) => resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end(tracesBytes())
  })
  expect(status).toBe(200)
  expect(receiver.store.spans()).toHaveLength(2)
})

const UNKNOWN_PATH = {
  status: 404,
  kind: 'unknownPath',
  body: { code: 12, message: 'This is an OTLP receiver; it knows /v1/traces, /v1/metrics, /v1/logs' },
}
const WRONG_METHOD = {
  status: 405,
  kind: 'wrongMethod',
  body: { code: 12, message: 'Telemetry is sent with POST' },
  header: { name: 'allow', value: 'POST' },
}
const WRONG_TYPE = {
  status: 415,
  kind: 'wrongContentType',
  body: { code: 3, message: 'The content type must be application/x-protobuf or application/json' },
}
const UNKNOWN_ENCODING = {
  status: 415,
  kind: 'unknownEncoding',
  body: { code: 12, message: 'The content encoding must be one of gzip, deflate, or none' },
  header: { name: 'accept-encoding', value: 'gzip, deflate' },
}
interface Refusal {
  readonly status: number
  readonly kind: string
  readonly body: object
  readonly header?: { readonly name: string; readonly value: string }
}

test.each<[string, string, string, Record<string, string>, Refusal]>([
  ['the root', 'POST', '/', {}, UNKNOWN_PATH],
  ['a slash too many', 'POST', '/v1/traces/', {}, UNKNOWN_PATH],
  ['profiles', 'POST', '/v1development/profiles', {}, UNKNOWN_PATH],
  ['GET', 'GET', '/v1/traces', {}, WRONG_METHOD],
  ['PUT', 'PUT', '/v1/traces', {}, WRONG_METHOD],
  ['no content type', 'POST', '/v1/traces', { 'content-type': '' }, WRONG_TYPE],
  ['text', 'POST', '/v1/traces', { 'content-type': 'text/plain' }, WRONG_TYPE],
  ['gRPC over HTTP/1.1', 'POST', '/v1/traces', { 'content-type': 'application/grpc' }, WRONG_TYPE],
  [
    'an encoding nobody knows',
    'POST',
    '/v1/traces',
    { 'content-type': JSON_TYPE, 'content-encoding': 'br' },
    UNKNOWN_ENCODING,
  ],
  [
    'two encodings',
    'POST',
    '/v1/traces',
    { 'content-type': JSON_TYPE, 'content-encoding': 'gzip, gzip' },
    UNKNOWN_ENCODING,
  ],
])('%s is refused, in JSON where no other type was asked for', async (_, method, path, headers, refusal) => {
  await using receiver = await started()
  const reply = await post(receiver, path, method === 'GET' ? null : tracesJson(), headers, method)
  expect([reply.status, reply.type, JSON.parse(reply.body.toString())]).toEqual([
    refusal.status,
    JSON_TYPE,
    refusal.body,
  ])
  const { name, value } = refusal.header ?? { name: 'content-type', value: JSON_TYPE }
  expect(reply.headers.get(name)).toBe(value)
  expect(receiver.errors).toEqual({ [refusal.kind]: 1 })
  expect(receiver.store.spans()).toEqual([])
  expect(await sendGood(receiver)).toBe(200)
})

test('HEAD gets no body', async () => {
  await using receiver = await started()
  const reply = await post(receiver, '/v1/traces', null, {}, 'HEAD')
  expect([reply.status, reply.headers.get('allow'), reply.body.byteLength]).toEqual([405, 'POST', 0])
})

test.each([
  [
    'protobuf that ends in the middle',
    PROTOBUF,
    tracesBytes().subarray(0, 20),
    /^traces: resource_spans\[0\].*length says/,
  ],
  ['protobuf of another kind', PROTOBUF, new TextEncoder().encode('this is no protobuf at all'), /^traces: /],
  ['protobuf with bad UTF-8', PROTOBUF, badUtf8(tracesBytes('good')), /name: not valid UTF-8/],
  ['JSON that ends in the middle', JSON_TYPE, tracesJson().slice(0, 40), /^traces: /],
  ['no JSON at all', JSON_TYPE, 'nonsense', /^traces: /],
  ['an empty body as JSON', JSON_TYPE, '', /^traces: /],
  ['JSON of a wrong type', JSON_TYPE, '{"resourceSpans":7}', /^traces: resourceSpans/],
  ['JSON with bad UTF-8', JSON_TYPE, Uint8Array.of(0x22, 0xff, 0x22), /^traces: the body is not UTF-8$/],
])('%s gets 400 and a status in its own type, and nothing of it is stored', async (_, type, body, message) => {
  await using receiver = await started()
  const reply = await post(receiver, '/v1/traces', body, { 'content-type': type })
  const status = type === PROTOBUF ? decodeStatus(reply.body) : JSON.parse(reply.body.toString())
  expect([reply.status, reply.type]).toEqual([400, type])
  expect(status).toEqual({ code: 3, message: expect.stringMatching(message) })
  expect(receiver.errors).toEqual({ malformed: 1 })
  expect(receiver.counts.bySignal.traces).toEqual({ requests: 1, items: 0, rejectedRequests: 1, rejectedItems: 0 })
  expect(receiver.store.spans()).toEqual([])
  expect(await sendGood(receiver)).toBe(200)
})

test('fields of a newer protocol are passed over', async () => {
  await using receiver = await started()
  const json = JSON.stringify({ ...JSON.parse(tracesJson()), newer: { x: 1 } })
  expect((await post(receiver, '/v1/traces', json, { 'content-type': JSON_TYPE })).status).toBe(200)
  const field = Uint8Array.of(0xfa, 0x07, 2, 1, 2)
  const protobuf = Buffer.concat([tracesBytes(), field])
  expect((await post(receiver, '/v1/traces', protobuf, { 'content-type': PROTOBUF })).status).toBe(200)
  expect(receiver.store.spans()).toHaveLength(2)
})

test.each(['gzip', 'deflate'])('a body that only says it is %s gets 400', async (encoding) => {
  await using receiver = await started()
  const reply = await post(receiver, '/v1/traces', 'plain text', {
    'content-type': JSON_TYPE,
    'content-encoding': encoding,
  })
  expect([reply.status, JSON.parse(reply.body.toString())]).toEqual([
    400,
    { code: 13, message: `The request is not valid ${encoding}` },
  ])
  expect(receiver.errors).toEqual({ badCompression: 1 })
  expect(await sendGood(receiver)).toBe(200)
})

test.each([
  ['gzip', gzipSync(tracesBytes())],
  ['deflate', deflateSync(tracesBytes())],
] as const)('a %s body that ends too early gets 400', async (encoding, whole) => {
  await using receiver = await started()
  const body = new Uint8Array(whole.subarray(0, whole.byteLength - 6))
  const reply = await post(receiver, '/v1/traces', body, { 'content-type': PROTOBUF, 'content-encoding': encoding })
  expect(reply.status).toBe(400)
  expect(receiver.store.spans()).toEqual([])
})

test('several requests over one connection, good and bad, are answered in order', async () => {
  await using receiver = await started()
  using connection = new RawConnection(receiver.port)
  const good = tracesJson()
  const head = (length: number) =>
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
  await connection.write(
    `${head(good.length)}${good}${head(3)}bad${head(good.length)}${good}GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  )
  const received = await connection.closed
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200', 'HTTP/1.1 404'])
})

function badUtf8(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = Buffer.from(bytes).indexOf('good')
  const copy = new Uint8Array(bytes)
  copy[at] = 0xff
  return copy
}
