import { expect, test } from 'vitest'
import { decodeResponse } from '../../src/otlp/response.ts'
import { decodeStatus } from '../../src/otlp/status.ts'
import type { ReceivedExport, Respond } from '../../src/receiver/respond.ts'
import { EXPORT_TRACES, frame, GrpcClient } from './grpc-client.ts'
import { sendGood, started, type StartedReceiver, tracesBytes, tracesJson } from './started-receiver.ts'

const HEADERS = { 'content-type': 'application/x-protobuf' }

function send(receiver: StartedReceiver): Promise<Response> {
  return fetch(`${receiver.endpoint}/v1/traces`, { method: 'POST', headers: HEADERS, body: tracesBytes() })
}

test('it is asked about every decoded request, and nothing returned means success', async () => {
  const asked: ReceivedExport[] = []
  await using receiver = await started({ respond: (received) => void asked.push(received) })
  expect(await sendGood(receiver)).toBe(200)
  await (
    await fetch(`${receiver.endpoint}/v1/traces`, { method: 'POST', headers: HEADERS, body: 'malformed' })
  ).arrayBuffer()
  expect(asked).toEqual([
    {
      signal: 'traces',
      transport: 'http/protobuf',
      itemCount: 1,
      request: [expect.objectContaining({ schemaUrl: '' })],
    },
  ])
})

test('a partial success is said in every encoding, is counted, and the request is stored', async () => {
  const partialSuccess = { rejectedCount: 1, errorMessage: 'no' }
  await using receiver = await started({ respond: () => ({ partialSuccess }) })
  const protobuf = await send(receiver)
  expect([protobuf.status, decodeResponse('traces', new Uint8Array(await protobuf.arrayBuffer()))]).toEqual([
    200,
    partialSuccess,
  ])
  const json = await fetch(`${receiver.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: tracesJson(),
  })
  expect(await json.json()).toEqual({ partialSuccess: { rejectedSpans: '1', errorMessage: 'no' } })
  await using client = new GrpcClient(receiver.endpoint)
  const reply = await client.call(EXPORT_TRACES, [frame(tracesBytes())])
  expect([reply.trailers['grpc-status'], decodeResponse('traces', reply.body.subarray(5))]).toEqual([
    '0',
    partialSuccess,
  ])
  expect(receiver.counts.total).toEqual({ requests: 3, items: 0, rejectedRequests: 0, rejectedItems: 3 })
  expect(receiver.store.spans()).toHaveLength(3)
})

test('a refusal is said with its codes and the time to wait, and nothing is stored', async () => {
  const refuse = { httpStatus: 429, grpcCode: 8, message: 'slow down', retryDelayMs: 2_500 }
  await using receiver = await started({ respond: () => ({ refuse }) })
  const response = await send(receiver)
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3'])
  const status = { code: 8, message: 'slow down', retryDelayMs: 2_500 }
  expect(decodeStatus(new Uint8Array(await response.arrayBuffer()))).toEqual(status)
  await using client = new GrpcClient(receiver.endpoint)
  const { trailers } = await client.call(EXPORT_TRACES, [frame(tracesBytes())])
  expect([trailers['grpc-status'], trailers['grpc-message']]).toEqual(['8', 'slow down'])
  expect(decodeStatus(Buffer.from(String(trailers['grpc-status-details-bin']), 'base64'))).toEqual(status)
  expect(receiver.store.spans()).toEqual([])
  expect(receiver.counts.total).toEqual({ requests: 2, items: 0, rejectedRequests: 2, rejectedItems: 2 })
  expect(receiver.errors).toEqual({ refused: 2 })
})

test('without codes a refusal is 503 and UNAVAILABLE; a message outside of ASCII survives', async () => {
  await using receiver = await started({ respond: () => ({ refuse: { message: 'schläft 100 %\n' } }) })
  const response = await send(receiver)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, null])
  await response.arrayBuffer()
  await using client = new GrpcClient(receiver.endpoint)
  const { trailers } = await client.call(EXPORT_TRACES, [frame(tracesBytes())])
  expect([trailers['grpc-status'], trailers['grpc-message']]).toEqual(['14', 'schl%C3%A4ft 100 %25%0A'])
})

test.each<[string, Respond]>([
  [
    'throws',
    () => {
      throw new Error('mistake')
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('mistake')
    },
  ],
])('when it %s, the sender gets an internal error, the log the cause', async (_, respond) => {
  const logged: object[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields) }
  await using receiver = await started({ respond, log })
  const response = await send(receiver)
  expect([response.status, decodeStatus(new Uint8Array(await response.arrayBuffer()))]).toEqual([
    500,
    { code: 13, message: 'The respond option threw' },
  ])
  expect(logged).toEqual([{ err: new Error('mistake'), signal: 'traces', transport: 'http/protobuf' }])
  expect(receiver.errors).toEqual({ internal: 1 })
})

test('an answer that has no form in the protocol ends only its own request', async () => {
  const logged: object[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields) }
  let wrong = true
  await using receiver = await started({ log, respond: () => (wrong ? { refuse: { grpcCode: 2 ** 40 } } : undefined) })
  await expect(send(receiver)).rejects.toThrow('fetch failed')
  await using client = new GrpcClient(receiver.endpoint)
  await expect(client.call(EXPORT_TRACES, [frame(tracesBytes())])).rejects.toThrow('NGHTTP2_INTERNAL_ERROR')
  expect(logged).toHaveLength(2)
  wrong = false
  expect(await sendGood(receiver)).toBe(200)
  expect((await client.call(EXPORT_TRACES, [frame(tracesBytes())])).trailers['grpc-status']).toBe('0')
})
