import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { INFLATE_CHUNK_BYTES } from '../../src/receiver/inflate.ts'
import { eventually } from './eventually.ts'
import { frame, GrpcClient, EXPORT_TRACES } from './grpc-client.ts'
import { RawConnection } from './raw-connection.ts'
import { sendGood, started, tracesBytes } from './started-receiver.ts'
import { logRecord, request } from '../store/samples.ts'
import { encodeRequest } from '../../src/otlp/encode-request.ts'

const KIB = 1024
const HEADERS = { 'content-type': 'application/x-protobuf' }
const TOO_LARGE = /^The request is larger than 10240 bytes, the most that is accepted$/

/** A request of logs of exactly this many bytes. */
function logsOfSize(bytes: number): Uint8Array<ArrayBuffer> {
  const sizeWith = (length: number): number =>
    encodeRequest('logs', request([logRecord({ body: 'x'.repeat(length) })])).byteLength
  const length = bytes - (sizeWith(1000) - 1000)
  // Lengths of lengths may differ by a byte or two between 1000 and the target.
  for (let guess = length - 20; guess <= length + 5; guess++) {
    if (sizeWith(guess) === bytes)
      return new Uint8Array(encodeRequest('logs', request([logRecord({ body: 'x'.repeat(guess) })])))
  }
  throw new Error(`no request has ${bytes} bytes`)
}

test.each([
  ['as it is', 10 * KIB, {}, 200],
  ['as it is', 10 * KIB + 1, {}, 413],
  ['in gzip', 10 * KIB, { 'content-encoding': 'gzip' }, 200],
  ['in gzip', 10 * KIB + 1, { 'content-encoding': 'gzip' }, 413],
])('over HTTP with a limit of 10 KiB, a body %s of %d bytes gets its answer', async (_, size, more, status) => {
  await using receiver = await started({ maxBodyBytes: 10 * KIB })
  const plain = logsOfSize(size)
  const body = 'content-encoding' in more ? new Uint8Array(gzipSync(plain)) : plain
  const response = await fetch(`${receiver.endpoint}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...more },
    body,
  })
  await response.arrayBuffer()
  expect(response.status).toBe(status)
  expect(receiver.counts.bySignal.logs.items).toBe(status === 200 ? 1 : 0)
})

test.each([
  ['as it is', 10 * KIB, false, '0'],
  ['as it is', 10 * KIB + 1, false, '8'],
  ['in gzip', 10 * KIB, true, '0'],
  ['in gzip', 10 * KIB + 1, true, '8'],
] as const)(
  'over gRPC with a limit of 10 KiB, a message %s of %d bytes gets its status',
  async (_, size, compressed, status) => {
    await using receiver = await started({ maxBodyBytes: 10 * KIB })
    await using client = new GrpcClient(receiver.endpoint)
    const plain = logsOfSize(size)
    const path = EXPORT_TRACES.replace('trace.', 'logs.').replace('TraceService', 'LogsService')
    const reply = await client.call(path, [frame(compressed ? gzipSync(plain) : plain, { compressed })], {
      'grpc-encoding': 'gzip',
    })
    expect([reply.httpStatus, reply.trailers['grpc-status'], reply.resetCode]).toEqual([200, status, 0])
    expect(receiver.counts.bySignal.logs.items).toBe(status === '0' ? 1 : 0)
  },
)

test('a body whose length is announced beyond the limit is refused without being read', async () => {
  await using receiver = await started({ maxBodyBytes: 10 * KIB })
  using connection = new RawConnection(receiver.port)
  await connection.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10241\r\n\r\n`,
  )
  await eventually(() => connection.received.includes('larger'))
  expect(connection.received).toMatch(/^HTTP\/1\.1 413 .*connection: close/is)
  expect(JSON.parse(connection.received.split('\r\n\r\n')[1] ?? '')).toEqual({
    code: 8,
    message: expect.stringMatching(TOO_LARGE),
  })
  expect(receiver.errors).toEqual({ tooLarge: 1 })
})

test('a client that goes on sending too much still reads its 413, then the connection ends', async () => {
  await using receiver = await started({ maxBodyBytes: 10 * KIB })
  using connection = new RawConnection(receiver.port)
  await connection.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
  )
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
  while (!connection.received.includes('larger')) await connection.write(chunk)
  for (let sent = 0; sent < 50; sent++) {
    await connection.write(chunk)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await connection.write('0\r\n\r\n')
  expect(await connection.closed).toMatch(/^HTTP\/1\.1 413 /)
  expect(connection.error).toBeUndefined()
})

test('a client that never ends a body that is too large is cut after a while', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ maxBodyBytes: 10 * KIB, clock })
  using connection = new RawConnection(receiver.port)
  await connection.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\nabc`,
  )
  await eventually(() => connection.received.includes('larger'))
  await clock.advance(2_000)
  expect(await connection.closed).toMatch(/^HTTP\/1\.1 413 /)
  expect(clock.pending).toBe(0)
})

test('a gRPC message whose length is announced beyond the limit is refused before it comes', async () => {
  await using receiver = await started({ maxBodyBytes: 10 * KIB })
  await using client = new GrpcClient(receiver.endpoint)
  const { stream, reply } = client.open()
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(0xffffffff, 1)
  stream.write(prefix)
  const { trailers, resetCode } = await reply
  expect([trailers['grpc-status'], decodeURIComponent(String(trailers['grpc-message'])), resetCode]).toEqual([
    '8',
    expect.stringMatching(TOO_LARGE),
    0,
  ])
  expect(receiver.errors).toEqual({ tooLarge: 1 })
})

// 256 MiB of zeros in 260 KB.
const bomb = new Uint8Array(gzipSync(Buffer.alloc(256 * KIB * KIB)))

test.each([1 * KIB * KIB, 10 * KIB])(
  'a bomb over HTTP is stopped at a limit of %d bytes, a step at most beyond it',
  async (maxBodyBytes) => {
    await using receiver = await started({ maxBodyBytes, maxBufferedBytes: 4 * KIB * KIB })
    const response = await fetch(`${receiver.endpoint}/v1/traces`, {
      method: 'POST',
      headers: { ...HEADERS, 'content-encoding': 'gzip' },
      body: bomb.subarray(0, bomb.byteLength),
    })
    expect([response.status, await response.arrayBuffer().then(() => 0)]).toEqual([413, 0])
    // At the smaller limit even the compressed body is too large.
    expect(receiver.counts.inflatedBytes).toBeLessThanOrEqual(maxBodyBytes + INFLATE_CHUNK_BYTES)
    expect(receiver.counts.inflatedBytes > 0).toBe(maxBodyBytes > bomb.byteLength)
    expect(receiver.errors).toEqual({ tooLarge: 1 })
    expect(await sendGood(receiver)).toBe(200)
  },
)

test('a bomb over gRPC is stopped at the limit', async () => {
  await using receiver = await started({ maxBodyBytes: 1 * KIB * KIB })
  await using client = new GrpcClient(receiver.endpoint)
  const reply = await client.call(EXPORT_TRACES, [frame(bomb, { compressed: true })], { 'grpc-encoding': 'gzip' })
  expect(reply.trailers['grpc-status']).toBe('8')
  expect(receiver.counts.inflatedBytes).toBeGreaterThan(KIB * KIB)
  expect(receiver.counts.inflatedBytes).toBeLessThanOrEqual(KIB * KIB + INFLATE_CHUNK_BYTES)
  const good = await client.call(EXPORT_TRACES, [frame(tracesBytes())])
  expect(good.trailers['grpc-status']).toBe('0')
})

test('a bomb of members that give nothing is stopped by its own length', async () => {
  await using receiver = await started({ maxBodyBytes: 10 * KIB })
  const members = new Uint8Array(Buffer.concat(Array.from({ length: 2000 }, () => gzipSync(''))))
  const response = await fetch(`${receiver.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { ...HEADERS, 'content-encoding': 'gzip' },
    body: members,
  })
  await response.arrayBuffer()
  expect([response.status, receiver.counts.inflatedBytes]).toEqual([413, 0])
})

test('when the memory for bodies is used up, further senders are asked to come back, and it is free again afterwards', async () => {
  await using receiver = await started({ maxBodyBytes: 100 * KIB, maxBufferedBytes: 100 * KIB })
  using hog = new RawConnection(receiver.port)
  await hog.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 102400\r\n\r\n${'x'.repeat(90 * KIB)}`,
  )
  let refused: Response | undefined
  while (refused?.status !== 503) {
    refused = await fetch(`${receiver.endpoint}/v1/traces`, {
      method: 'POST',
      headers: HEADERS,
      body: new Uint8Array(20 * KIB),
    })
    if (refused.status !== 503) await refused.arrayBuffer()
  }
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  await refused.arrayBuffer()
  await using client = new GrpcClient(receiver.endpoint)
  const overGrpc = await client.call(EXPORT_TRACES, [frame(new Uint8Array(20 * KIB))])
  expect([overGrpc.trailers['grpc-status'], overGrpc.trailers['grpc-message']]).toEqual([
    '14',
    'Too many requests are being received at once',
  ])

  hog.reset()
  await eventually(() => receiver.errors.aborted === 1)

  expect(await sendGood(receiver)).toBe(200)
})

test('the memory of a call is given back when it has been answered', async () => {
  await using receiver = await started({ maxBodyBytes: 100 * KIB, maxBufferedBytes: 100 * KIB })
  await using client = new GrpcClient(receiver.endpoint)
  for (let n = 0; n < 10; n++) {
    const reply = await client.call(EXPORT_TRACES, [frame(new Uint8Array(30 * KIB))])
    expect(reply.trailers['grpc-status']).toBe('3')
  }
})

test('a body that is not complete in time gets 408, a call DEADLINE_EXCEEDED', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ requestTimeoutMs: 5_000, clock })
  using connection = new RawConnection(receiver.port)
  await connection.write(
    `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\nabc`,
  )
  await using client = new GrpcClient(receiver.endpoint)
  const { stream, reply } = client.open()
  stream.write(frame(tracesBytes()).subarray(0, 10))
  await eventually(() => clock.pending === 2)

  await clock.advance(4_999)
  expect(receiver.errors).toEqual({})
  await clock.advance(1)

  expect((await reply).trailers['grpc-status']).toBe('4')
  await eventually(() => connection.received.includes('not complete after 5000 ms'))
  await clock.advance(2_000)
  expect(await connection.closed).toMatch(/^HTTP\/1\.1 408 /)
  expect(receiver.errors).toEqual({ tooSlow: 2 })
  expect(clock.pending).toBe(0)
})

test('connections beyond the limit are closed and counted', async () => {
  await using receiver = await started({ maxConnections: 3 })
  const connections = Array.from({ length: 5 }, () => new RawConnection(receiver.port))
  await Promise.race(connections.map((connection) => connection.closed))
  await eventually(() => receiver.errors.tooManyConnections === 2)
  expect(receiver.openConnections).toBe(3)
  for (const connection of connections) connection.socket.destroy()
  await eventually(() => receiver.openConnections === 0)
  expect(await sendGood(receiver)).toBe(200)
})
