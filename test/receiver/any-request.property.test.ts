import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createReceiver, type Receiver, type ReceiverAddress } from '../../src/receiver/receiver.ts'
import { EXPORT_TRACES, frame, GrpcClient } from './grpc-client.ts'
import { sendGood, tracesBytes, tracesJson } from './started-receiver.ts'

let receiver: Receiver
let address: ReceiverAddress
beforeAll(async () => {
  receiver = createReceiver({ maxBodyBytes: 2048 })
  address = await receiver.start()
})
afterAll(() => receiver.stop())

const body = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.constantFrom(tracesBytes(), new TextEncoder().encode(tracesJson())),
  // A good body with one byte changed.
  fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([at, byte]) => {
    const bytes = tracesBytes()
    bytes[at % bytes.byteLength] = byte
    return bytes
  }),
)
const path = fc.constantFrom('/v1/traces', '/v1/metrics', '/v1/logs', '/', '/v1/traces?x', EXPORT_TRACES)
const contentType = fc.constantFrom('application/x-protobuf', 'application/json', 'application/grpc', 'text/plain', '')
const encoding = fc.constantFrom('', 'identity', 'gzip', 'deflate', 'br')

test('whatever a request holds, it gets an answer of the protocol, and the next good one succeeds', async () => {
  await fc.assert(
    fc.asyncProperty(path, contentType, encoding, body, async (path, type, encoding, bytes) => {
      const headers = { 'content-type': type, 'content-encoding': encoding }
      const response = await fetch(`${address.endpoint}${path}`, {
        method: 'POST',
        headers,
        body: new Uint8Array(bytes),
      })
      await response.arrayBuffer()
      expect([200, 400, 404, 413, 415]).toContain(response.status)
      expect(['application/x-protobuf', 'application/json']).toContain(response.headers.get('content-type'))
    }),
    { numRuns: 300 },
  )
  expect(await sendGood(address)).toBe(200)
  expect(receiver.counts.protocolErrors.internal).toBe(0)
})

test('whatever a call holds, it gets a status, and the connection lives on', async () => {
  const client = new GrpcClient(address.endpoint)
  const frames = fc.oneof(
    body,
    body.map((bytes) => frame(bytes)),
    body.map((bytes) => frame(bytes, { compressed: true })),
  )
  await fc.assert(
    fc.asyncProperty(path, encoding, frames, async (path, encoding, bytes) => {
      const reply = await client.call(path, [bytes], { 'grpc-encoding': encoding })
      expect(['0', '3', '8', '12', '13']).toContain(reply.trailers['grpc-status'])
      expect(reply.resetCode).toBe(0)
    }),
    { numRuns: 300 },
  )
  expect((await client.call(EXPORT_TRACES, [frame(tracesBytes())])).trailers['grpc-status']).toBe('0')
  expect(receiver.counts.protocolErrors.internal).toBe(0)
  await client[Symbol.asyncDispose]()
})
