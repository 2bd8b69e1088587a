import { randomBytes } from 'node:crypto'
import { connect as connectHttp2 } from 'node:http2'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { eventually } from './eventually.ts'
import { EXPORT_TRACES, frame, GrpcClient } from './grpc-client.ts'
import { data, EMPTY_SETTINGS, PREFACE, postHeaders, resetStream } from './http2-frames.ts'
import { RawConnection } from './raw-connection.ts'
import { sendGood, started, type StartedReceiver, tracesBytes } from './started-receiver.ts'

const HEAD = 'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'

/** After garbage: no connection is left, and a good request over either protocol succeeds. */
async function isUnharmed(receiver: StartedReceiver): Promise<void> {
  await eventually(() => receiver.openConnections === 0, 'that no connection is left')
  expect(await sendGood(receiver)).toBe(200)
  const client = new GrpcClient(receiver.endpoint)
  expect((await client.call(EXPORT_TRACES, [frame(tracesBytes())])).trailers['grpc-status']).toBe('0')
  await client[Symbol.asyncDispose]()
  await eventually(() => receiver.openConnections === 0, 'that no connection is left')
}

test.each<[string, string | Uint8Array, RegExp, object]>([
  ['random bytes', seededBytes(5000), /^HTTP\/1\.1 400 /, { badHttp: 1 }],
  ['zeros', Buffer.alloc(100), /^HTTP\/1\.1 400 /, { badHttp: 1 }],
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex'), /^HTTP\/1\.1 400 /, { badHttp: 1 }],
  ['a preface that goes wrong at its end', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\rX more', /^HTTP\/1\.1 400 /, { badHttp: 1 }],
  ['a version nobody knows', 'GET / HTTP/9.9\r\n\r\n', /^HTTP\/1\.1 400 /, { badHttp: 1 }],
  ['headers without an end', `${HEAD}x: ${'y'.repeat(40_000)}`, /^HTTP\/1\.1 431 /, { badHttp: 1 }],
  ['a length that is no number', `${HEAD}content-length: many\r\n\r\n`, /^HTTP\/1\.1 400 /, { badHttp: 1 }],
  [
    'a length and chunks',
    `${HEAD}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc`,
    /^HTTP\/1\.1 400 /,
    { badHttp: 1 },
  ],
  ['a request to be a proxy', 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n', /^$/, {}],
])('%s: answered where HTTP has an answer, and the connection ends', async (_, bytes, answer, errors) => {
  await using receiver = await started()
  using connection = new RawConnection(receiver.port)
  await connection.write(bytes)
  expect(await connection.closed).toMatch(answer)
  expect(receiver.errors).toEqual(errors)
  await isUnharmed(receiver)
})

test('chunks that are none: the request fails, and the connection ends', async () => {
  await using receiver = await started()
  using connection = new RawConnection(receiver.port)
  await connection.write(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`)
  expect(await connection.closed).toMatch(/^HTTP\/1\.1 400 /)
  expect(receiver.errors.badHttp).toBe(1)
  await isUnharmed(receiver)
})

test.each([
  ['random bytes', seededBytes(5000)],
  [
    'a frame too large',
    Buffer.concat([EMPTY_SETTINGS, Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1]), Buffer.alloc(20_000)]),
  ],
  [
    'a frame on a stream that was never opened',
    Buffer.concat([EMPTY_SETTINGS, Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 5, 0])]),
  ],
  [
    'headers that are no HPACK',
    Buffer.concat([EMPTY_SETTINGS, Buffer.from([0, 0, 4, 1, 4, 0, 0, 0, 1, 255, 255, 255, 255])]),
  ],
])('HTTP/2 that goes on with %s: the connection ends and is counted', async (_, bytes) => {
  await using receiver = await started()
  using connection = new RawConnection(receiver.port)
  await connection.write(PREFACE)
  await connection.write(bytes)
  await connection.closed
  expect(receiver.errors).toEqual({ badHttp2: 1 })
  await isUnharmed(receiver)
})

test.each([
  ['nothing at all', ''],
  ['a part of the preface', 'PRI * HTTP/2.0\r\n'],
  ['the preface, and no settings', PREFACE],
])('%s, and then silence: the connection is cut in time', async (_, bytes) => {
  const clock = new ManualClock()
  await using receiver = await started({ headersTimeoutMs: 5_000, clock })
  using connection = new RawConnection(receiver.port)
  await connection.write(bytes)
  await eventually(() => receiver.openConnections === 1 && clock.pending === 1)
  await arrived()

  await clock.advance(4_999)
  expect(receiver.openConnections).toBe(1)
  await clock.advance(1)

  await connection.closed
  expect(receiver.errors).toEqual({ silentConnection: 1 })
  await isUnharmed(receiver)
})

test('a client that goes away right after the preface leaves no timer behind', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock })
  const connection = new RawConnection(receiver.port)
  await connection.write(PREFACE)
  await eventually(() => clock.pending === 1)
  await arrived()
  connection.reset()
  await eventually(() => receiver.openConnections === 0)
  expect(clock.pending).toBe(0)
})

test('connections without any traffic are closed after the idle time', async () => {
  await using receiver = await started({ idleTimeoutMs: 1_000 })
  using http1 = new RawConnection(receiver.port)
  await http1.write(`${HEAD}content-length: 2\r\n\r\n{}`)
  const client = new GrpcClient(receiver.endpoint)
  await client.call(EXPORT_TRACES, [frame(tracesBytes())])
  expect(receiver.openConnections).toBe(2)
  await eventually(() => receiver.openConnections === 0)
  expect(receiver.errors).toEqual({})
})

test('headers that trickle in, byte after byte, are cut in time', async () => {
  await using receiver = await started({ headersTimeoutMs: 200 })
  using connection = new RawConnection(receiver.port)
  await connection.write(HEAD)
  const timer = setInterval(() => connection.socket.write('x'), 20)
  const received = await connection.closed
  clearInterval(timer)
  expect(received).toMatch(/^HTTP\/1\.1 408 /)
  expect(receiver.errors).toEqual({ badHttp: 1 })
  await isUnharmed(receiver)
})

test.each([
  ['reset', (connection: RawConnection) => connection.reset()],
  ['ended', (connection: RawConnection) => void connection.socket.end()],
  ['destroyed', (connection: RawConnection) => void connection.socket.destroy()],
])('a connection that is %s by the client at any moment leaves nothing behind', async (_, stop) => {
  await using receiver = await started()
  const openings = [
    '',
    'P',
    'PRI * HT',
    PREFACE,
    'POST /v1',
    HEAD,
    `${HEAD}content-length: 10\r\n\r\n`,
    `${HEAD}content-length: 10\r\n\r\nabc`,
  ]
  for (const bytes of openings) {
    const connection = new RawConnection(receiver.port)
    if (bytes !== '') await connection.write(bytes)
    await eventually(() => receiver.openConnections === 1)
    await arrived()
    stop(connection)
    await eventually(
      () => receiver.openConnections === 0,
      `that the connection with "${String(bytes).slice(0, 30)}" is gone`,
    )
  }
  expect(receiver.errors.aborted ?? 0).toBe(2)
  await isUnharmed(receiver)
})

test.each([
  ['a call', EXPORT_TRACES, 'application/grpc', frame(tracesBytes()).subarray(0, 10)],
  ['a call with its whole message', EXPORT_TRACES, 'application/grpc', frame(tracesBytes())],
  ['a request cut where its message could end', '/v1/traces', 'application/x-protobuf', tracesBytes()],
])(
  '%s over HTTP/2 that is reset before its end is dropped, and the connection lives on',
  async (_, path, type, bytes) => {
    const clock = new ManualClock()
    await using receiver = await started({ clock })
    using connection = new RawConnection(receiver.port)
    await connection.write(Buffer.concat([PREFACE, EMPTY_SETTINGS, postHeaders(1, path, type), data(1, bytes)]))
    await eventually(() => clock.pending === 1)
    await arrived()

    await connection.write(resetStream(1, 8))

    await eventually(() => receiver.errors.aborted === 1)
    expect(receiver.store.spans()).toEqual([])
    await connection.write(
      Buffer.concat([
        postHeaders(3, path, type),
        data(3, type === 'application/grpc' ? frame(tracesBytes()) : tracesBytes(), { end: true }),
      ]),
    )
    await eventually(() => receiver.store.spans().length === 1)
    expect(clock.pending).toBe(0)
    connection.socket.destroy()
    await isUnharmed(receiver)
  },
)

test('an HTTP/2 connection that is cut in the middle of many calls leaves nothing behind', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock })
  const session = connectHttp2(receiver.endpoint)
  session.on('error', () => {})
  for (let n = 0; n < 50; n++) {
    const stream = session.request({ ':method': 'POST', ':path': EXPORT_TRACES, 'content-type': 'application/grpc' })
    stream.on('error', () => {})
    stream.write(frame(tracesBytes()).subarray(0, 10))
  }
  await eventually(() => clock.pending === 50)
  session.destroy()
  await eventually(() => receiver.errors.aborted === 50)
  expect(clock.pending).toBe(0)
  await isUnharmed(receiver)
})

test('a client that goes away before it reads the answer leaves nothing behind', async () => {
  let answer: (() => void) | undefined
  await using receiver = await started({ respond: () => new Promise((resolve) => (answer = () => resolve(undefined))) })
  const connection = new RawConnection(receiver.port)
  await connection.write(`${HEAD}content-length: 2\r\n\r\n{}`)
  await eventually(() => answer !== undefined)
  connection.reset()
  await eventually(() => receiver.openConnections === 0)
  answer?.()
  await arrived()
  expect(receiver.openConnections).toBe(0)
})

test('a hundred connections of random bytes at once, half of them as HTTP/2, do no harm', async () => {
  await using receiver = await started()
  const connections = Array.from({ length: 100 }, (_, n) => {
    const connection = new RawConnection(receiver.port)
    void connection.write(n % 2 === 0 ? PREFACE : '').then(() => connection.write(randomBytes(1 + n * 40)))
    return connection
  })
  expect(await sendGood(receiver)).toBe(200)
  // Short ones may look like the beginning of something; their sender gives up.
  for (const connection of connections) connection.socket.end()
  await Promise.all(connections.map((connection) => connection.closed))
  await isUnharmed(receiver)
})

/** Lets what was written come in: a round trip through the event loop and another connection's answer. */
async function arrived(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Bytes that are the same in every run, and no HTTP. */
function seededBytes(count: number): Buffer {
  let state = 0x2545f491
  return Buffer.from(
    Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    }),
  )
}
