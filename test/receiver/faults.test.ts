import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { decodeResponse } from '../../src/otlp/response.ts'
import { decodeStatus } from '../../src/otlp/status.ts'
import type { Fault } from '../../src/receiver/fault.ts'
import { eventually } from './eventually.ts'
import { EXPORT_TRACES, frame, GrpcClient, type GrpcReply } from './grpc-client.ts'
import { data, EMPTY_SETTINGS, postHeaders, PREFACE } from './http2-frames.ts'
import { RawConnection } from './raw-connection.ts'
import { sendGood, started, type StartedReceiver, tracesBytes } from './started-receiver.ts'

const BODY = tracesBytes()

/** A request over HTTP/1.1, whole. */
function request(path = '/v1/traces'): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: ${BODY.byteLength}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), BODY])
}

async function send(receiver: StartedReceiver): Promise<RawConnection> {
  const connection = new RawConnection(receiver.port)
  await connection.write(request())
  return connection
}

/** Sends on a connection of its own; resolves when that is over. */
async function exchange(
  receiver: StartedReceiver,
  bytes = request(),
): Promise<{ received: string; code: string | undefined }> {
  using connection = new RawConnection(receiver.port)
  await connection.write(bytes)
  const received = await connection.closed
  return { received, code: (connection.error as { code?: string } | undefined)?.code }
}

/** A gRPC call as frames: what Node's client makes of a reset depends on the moment. */
function grpcRequest(): Buffer {
  const headers = postHeaders(1, EXPORT_TRACES, 'application/grpc')
  return Buffer.concat([PREFACE, EMPTY_SETTINGS, headers, data(1, frame(BODY), { end: true })])
}

async function call(receiver: StartedReceiver): Promise<GrpcReply> {
  await using client = new GrpcClient(receiver.endpoint)
  // Without the wait the client would be gone before the answer.
  return await client.call(EXPORT_TRACES, [frame(BODY)])
}

function stored(receiver: StartedReceiver): number {
  return receiver.store.spans().length
}

/** Calls and waits for what cannot come: rejects with what the call came to. */
async function expectRefused(receiver: StartedReceiver): Promise<void> {
  const socket = connect({ port: receiver.port, host: '127.0.0.1' })
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    socket.once('error', resolve)
  })
  expect(error.code).toBe('ECONNREFUSED')
}

test('slow: both protocols are answered after the delay and not before, and stored then', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault: { kind: 'slow', delay: '2s' } })
  using http = await send(receiver)
  await using client = new GrpcClient(receiver.endpoint)
  const reply = client.call(EXPORT_TRACES, [frame(BODY)])
  await eventually(() => receiver.counts.faults.slow === 2 && clock.pending >= 2)
  await clock.advance(1_999)
  expect([http.received, stored(receiver)]).toEqual(['', 0])
  await clock.advance(1)
  expect((await reply).trailers['grpc-status']).toBe('0')
  await eventually(() => http.received.startsWith('HTTP/1.1 200'))
  expect([stored(receiver), receiver.counts.total.requests, receiver.counts.asked]).toEqual([2, 2, 2])
})

test('slow: what its sender gave up is not stored and no timer is left; with `stores` it is, and the answer is lost', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault: { kind: 'slow', delay: '2s' } })
  const first = await send(receiver)
  await eventually(() => receiver.counts.faults.slow === 1)
  first.reset()
  await eventually(() => receiver.errors.aborted === 1)
  expect([stored(receiver), receiver.counts.lostAnswers, clock.pending]).toEqual([0, 0, 0])

  await receiver.setFault({ kind: 'slow', delay: '2s', stores: true })
  const second = await send(receiver)
  await eventually(() => stored(receiver) === 1)
  second.reset()
  await eventually(() => receiver.counts.lostAnswers === 1)
  expect(clock.pending).toBe(0)
})

test('refuse: connections are refused and open ones closed; without the fault the same port takes them again', async () => {
  await using receiver = await started()
  using kept = await send(receiver)
  await using client = new GrpcClient(receiver.endpoint)
  await client.call(EXPORT_TRACES, [frame(BODY)])
  await eventually(() => kept.received.startsWith('HTTP/1.1 200'))

  await receiver.setFault({ kind: 'refuse' })
  await Promise.all([kept.closed, eventually(() => client.session.destroyed)])
  await expectRefused(receiver)
  expect(receiver.fault).toEqual({ kind: 'refuse' })

  await receiver.setFault(undefined)
  expect(receiver.fault).toBeUndefined()
  expect(await sendGood(receiver)).toBe(200)
  expect((await call(receiver)).trailers['grpc-status']).toBe('0')
  expect([stored(receiver), receiver.counts.connections]).toEqual([4, 4])
})

test('refuse from the start: the address is known, nobody listens, and it can be stopped', async () => {
  const receiver = await started({ fault: { kind: 'refuse' } })
  await expectRefused(receiver)
  await receiver.stop()
  expect(receiver.openConnections).toBe(0)
})

/** The states of the sockets that have this port, as Linux writes them: `01` is connected, `0A` listens. */
function statesOf(host: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  // The same port of the other family is somebody else's.
  return [host.includes(':') ? '/proc/net/tcp6' : '/proc/net/tcp'].flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '']) => local.endsWith(suffix))
      .map(([, , , state = '']) => state)
      .filter((state) => state === '01' || state === '0A'),
  )
}

test.runIf(process.platform === 'linux').each<[host: string, kind: 'refuse' | 'syn-blackhole', meanwhile: string]>([
  ['127.0.0.1', 'refuse', '01'],
  ['::1', 'refuse', '01'],
  ['0.0.0.0', 'refuse', '01'],
  ['::', 'refuse', '01'],
  ['127.0.0.1', 'syn-blackhole', '01,0A'],
  ['::1', 'syn-blackhole', '01,0A'],
])(
  'on %s, %s keeps the port by a connection, which goes when it listens again, or is stopped',
  async (host, kind, meanwhile) => {
    await using receiver = await started({ host })
    const { port } = receiver
    await receiver.setFault({ kind })
    // Those in the queue of a listener that does not accept are connected, too.
    expect([...new Set(statesOf(host, port))].toSorted().join()).toBe(meanwhile)
    await receiver.setFault(undefined)
    await eventually(() => statesOf(host, port).join() === '0A')
    await receiver.setFault({ kind })
    await receiver.stop()
    await eventually(() => statesOf(host, port).length === 0)
  },
)

test.runIf(process.platform === 'linux')(
  'syn-blackhole: a connection never comes about, and is taken when the fault is over',
  async () => {
    await using receiver = await started({ fault: { kind: 'syn-blackhole' } })
    using tried = new RawConnection(receiver.port)
    const outcome = new Promise<string>((resolve) => {
      tried.socket.once('connect', () => resolve('connected')).once('error', (error) => resolve(error.message))
    })
    // The kernel would have answered in microseconds.
    const patience = new Promise<string>((resolve) => {
      setTimeout(() => resolve('nothing'), 300)
    })
    expect(await Promise.race([outcome, patience])).toBe('nothing')

    await receiver.setFault(undefined)
    expect(await sendGood(receiver)).toBe(200)
    // The kernel of the client tries again by itself after a second.
    expect(await outcome).toBe('connected')
  },
)

test('from one closed door to the other and back, in whatever order and however fast, the last one counts', async () => {
  await using receiver = await started()
  const faults: (Fault | undefined)[] = [{ kind: 'refuse' }, { kind: 'syn-blackhole' }, undefined, { kind: 'refuse' }]
  await Promise.all(faults.map((fault) => receiver.setFault(fault)))
  await expectRefused(receiver)
  await Promise.all([...faults, { kind: 'syn-blackhole' } as const, undefined].map((fault) => receiver.setFault(fault)))
  expect(await sendGood(receiver)).toBe(200)
})

test.each([{ stores: false }, { stores: true }])(
  'blackhole (stores: $stores): nobody is answered, and stopping does not wait for them',
  async ({ stores }) => {
    const clock = new ManualClock()
    const receiver = await started({ clock, fault: { kind: 'blackhole', stores } })
    using http = await send(receiver)
    await using client = new GrpcClient(receiver.endpoint)
    const reply = client.call(EXPORT_TRACES, [frame(BODY)]).catch((error: Error) => error)
    await eventually(() => receiver.counts.faults.blackhole === 2 && stored(receiver) === (stores ? 2 : 0))
    await eventually(() => receiver.counts.asked === 2)
    expect(receiver.counts.lostAnswers).toBe(stores ? 2 : 0)
    await receiver.setFault(undefined)
    expect(await sendGood(receiver)).toBe(200)
    expect(http.received).toBe('')

    await receiver.stop()
    expect([receiver.openConnections, clock.pending]).toEqual([0, 0])
    expect(await http.closed).toBe('')
    await reply
  },
)

test('blackhole at the connection: not even the opening of HTTP/2 is answered', async () => {
  await using receiver = await started({ fault: { kind: 'blackhole', at: 'connection' } })
  using http = await send(receiver)
  await using client = new GrpcClient(receiver.endpoint)
  let settled = false
  client.session.once('remoteSettings', () => (settled = true))
  await eventually(() => receiver.counts.faults.blackhole === 2)
  await receiver.setFault(undefined)
  expect(await sendGood(receiver)).toBe(200)
  expect([http.received, settled, receiver.counts.asked]).toEqual(['', false, 1])
  // More than the system buffers.
  await http.write(Buffer.alloc(32 * 1024 * 1024))
})

test.each(['connection', 'headers', 'body', 'answer', 'half-answer'] as const)(
  'reset (%s): both protocols see their connection reset, nothing is stored, and the next one is served',
  async (at) => {
    await using receiver = await started({ fault: { kind: 'reset', at } })
    const { received, code } = await exchange(receiver)
    expect(code).toBe('ECONNRESET')
    expect(received.split('\r\n', 1)).toEqual([at === 'half-answer' ? 'HTTP/1.1 200 OK' : ''])
    expect(await exchange(receiver, grpcRequest())).toMatchObject({ code: 'ECONNRESET' })
    expect(receiver.counts.faults.reset).toBe(2)
    expect([stored(receiver), receiver.counts.total.requests]).toEqual([0, 0])
    expect(receiver.counts.asked).toBe(at === 'connection' ? 0 : 2)
    await receiver.setFault(undefined)
    expect(await sendGood(receiver)).toBe(200)
  },
)

test('reset before the body: the headers alone are enough', async () => {
  await using receiver = await started({ fault: { kind: 'reset', at: 'headers' } })
  using connection = new RawConnection(receiver.port)
  await connection.write(request().subarray(0, request().byteLength - BODY.byteLength))
  await connection.closed
  expect(connection.error).toMatchObject({ code: 'ECONNRESET' })
})

test('reset in the body: not before its first bytes', async () => {
  await using receiver = await started({ fault: { kind: 'reset', at: 'body' } })
  using connection = new RawConnection(receiver.port)
  await connection.write(request().subarray(0, request().byteLength - BODY.byteLength))
  await eventually(() => receiver.counts.faults.reset === 1)
  expect(connection.error).toBeUndefined()
  await connection.write(BODY.subarray(0, 1))
  await connection.closed
  expect(connection.error).toMatchObject({ code: 'ECONNRESET' })
})

test.each(['answer', 'half-answer'] as const)(
  'reset (%s) with `stores`: what was asked again is there twice',
  async (at) => {
    await using receiver = await started({ fault: { kind: 'reset', at, stores: true, requests: 2 } })
    await exchange(receiver)
    await exchange(receiver, grpcRequest())
    expect(await sendGood(receiver)).toBe(200)
    const { lostAnswers, asked, total } = receiver.counts
    expect([stored(receiver), lostAnswers, asked, total.requests]).toEqual([3, 2, 3, 3])
  },
)

test('status: said in both protocols with the time to wait, for as many requests as were asked for', async () => {
  const fault = {
    kind: 'status',
    httpStatus: 429,
    grpcCode: 8,
    message: 'full',
    retryAfter: '1500ms',
    requests: 2,
  } as const
  await using receiver = await started({ fault })
  const { trailers } = await call(receiver)
  expect([trailers['grpc-status'], trailers['grpc-message']]).toEqual(['8', 'full'])
  const details = decodeStatus(Buffer.from(String(trailers['grpc-status-details-bin']), 'base64'))
  expect(details).toEqual({ code: 8, message: 'full', retryDelayMs: 1500 })
  expect(receiver.fault).toEqual(fault)
  using http = await send(receiver)
  await eventually(() => http.received.includes('retry-after: 2\r\n'))
  expect(http.received).toMatch(/^HTTP\/1\.1 429 /)
  expect(receiver.fault).toBeUndefined()
  expect(await sendGood(receiver)).toBe(200)
  expect([stored(receiver), receiver.counts.faults.status, receiver.errors]).toEqual([1, 2, { refused: 2 }])
})

test('status: `Retry-After` as a date lies as far ahead as was asked, rounded up to a second', async () => {
  await using receiver = await started({ fault: { kind: 'status', retryAfter: '1h', retryAfterForm: 'date' } })
  const before = Date.now()
  using http = await send(receiver)
  await eventually(() => http.received.includes('retry-after: '))
  expect(http.received).toMatch(/^HTTP\/1\.1 503 /)
  const date = Date.parse(/retry-after: (.+)\r\n/.exec(http.received)?.[1] ?? '')
  expect(date - before).toBeGreaterThanOrEqual(3_600_000)
  expect(date - Date.now()).toBeLessThanOrEqual(3_601_000)
})

test('status with `stores`: refused, and stored all the same', async () => {
  await using receiver = await started({ fault: { kind: 'status', stores: true } })
  expect((await call(receiver)).trailers['grpc-status']).toBe('14')
  expect(await sendGood(receiver)).toBe(503)
  expect([stored(receiver), receiver.counts.lostAnswers, receiver.counts.asked]).toEqual([2, 2, 2])
})

test.each([
  [{ rejected: 5 }, 1],
  [{ rejected: 0, message: 'a warning' }, 0],
  [{ share: 0.5 }, 1],
  [{ share: 0 }, 0],
])('partial %j: both protocols are told how many were rejected, never more than were sent', async (more, rejected) => {
  await using receiver = await started({ fault: { kind: 'partial', ...more } })
  const expected = {
    rejectedCount: rejected,
    errorMessage: 'message' in more ? more.message : 'Rejected by the fault of the receiver',
  }
  const reply = await call(receiver)
  expect(decodeResponse('traces', reply.body.subarray(5))).toEqual(expected)
  const response = await fetch(`${receiver.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: BODY,
  })
  expect(decodeResponse('traces', new Uint8Array(await response.arrayBuffer()))).toEqual(expected)
  expect(receiver.counts.total).toMatchObject({ requests: 2, items: 2 - 2 * rejected, rejectedItems: 2 * rejected })
})

test('garbage in the message: well-formed around bytes that are no OTLP', async () => {
  await using receiver = await started({ fault: { kind: 'garbage' } })
  using http = await send(receiver)
  await eventually(() => http.received.includes('content-length: 64'))
  expect(http.received).toMatch(/^HTTP\/1\.1 200 OK/)
  const reply = await call(receiver)
  expect([reply.trailers['grpc-status'], reply.body.readUInt32BE(1)]).toEqual(['0', 64])
  expect(() => decodeResponse('traces', reply.body.subarray(5))).toThrow('traces')
  expect([stored(receiver), receiver.counts.faults.garbage]).toEqual([0, 2])
})

test('garbage in the frame: it says that it is longer than it is', async () => {
  await using receiver = await started({ fault: { kind: 'garbage', at: 'frame', stores: true } })
  const { received } = await exchange(receiver)
  expect(received).toContain('content-length: 1000000\r\n')
  const reply = await call(receiver)
  expect([reply.body.readUInt32BE(1), reply.body.byteLength]).toEqual([1_000_000, 69])
  expect([stored(receiver), receiver.counts.lostAnswers]).toEqual([2, 2])
})

test('garbage in the protocol: no HTTP of either version', async () => {
  await using receiver = await started({ fault: { kind: 'garbage', at: 'protocol' } })
  const { received } = await exchange(receiver)
  expect(received).toBe('\u00FF'.repeat(64))
  await expect(call(receiver)).rejects.toMatchObject({ code: 'ERR_HTTP2_ERROR' })
  expect(receiver.counts.faults.garbage).toBe(2)
})

test('goaway: the request is served, and the connection takes no other', async () => {
  await using receiver = await started({ fault: { kind: 'goaway' } })
  await using client = new GrpcClient(receiver.endpoint)
  const last = new Promise<number | undefined>((resolve) => {
    client.session.once('goaway', (_code, lastStreamId) => resolve(lastStreamId))
  })
  const reply = await client.call(EXPORT_TRACES, [frame(BODY)])
  expect([reply.trailers['grpc-status'], await last]).toEqual(['0', 1])
  await eventually(() => client.session.closed)
  const { received } = await exchange(receiver)
  expect(received).toMatch(/^HTTP\/1\.1 200 [^]*connection: close\r\n/i)
  expect([stored(receiver), receiver.counts.lostAnswers]).toEqual([2, 0])
})

test.each([0, 1, 2])(
  'goaway before the request, after %i that were served: it is refused as not processed, those before are not touched',
  async (served) => {
    await using receiver = await started()
    await using client = new GrpcClient(receiver.endpoint)
    for (let count = 0; count < served; count++) await client.call(EXPORT_TRACES, [frame(BODY)])
    await receiver.setFault({ kind: 'goaway', request: 'refused' })
    const last = new Promise<number | undefined>((resolve) => {
      client.session.once('goaway', (_code, lastStreamId) => resolve(lastStreamId))
    })
    await expect(client.call(EXPORT_TRACES, [frame(BODY)])).rejects.toThrow('NGHTTP2_REFUSED_STREAM')
    expect(await last).toBe(Math.max(0, 2 * served - 1))
    expect(await exchange(receiver)).toMatchObject({ received: '' })
    expect([stored(receiver), receiver.counts.faults.goaway]).toEqual([served, 2])
  },
)

test('trickle: an answer comes byte by byte, complete in the end', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault: { kind: 'trickle' } })
  using http = await send(receiver)
  await eventually(() => stored(receiver) === 1 && clock.pending === 1)
  await clock.advance(3_000)
  await eventually(() => http.received === 'HTT')
  await clock.advance(999)
  expect(http.received).toBe('HTT')
  await clock.advance(200_000)
  expect(await http.closed).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/)

  await using client = new GrpcClient(receiver.endpoint)
  const reply = client.call(EXPORT_TRACES, [frame(BODY)])
  await eventually(() => stored(receiver) === 2 && clock.pending === 1)
  for (let second = 0; second < 5; second++) await clock.advance(1_000)
  expect(await reply).toMatchObject({ trailers: { 'grpc-status': '0' }, body: Buffer.alloc(5) })
  expect(receiver.counts.lostAnswers).toBe(0)
})

test('trickle: a sender that gives up leaves no timer, and its answer counts as lost', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault: { kind: 'trickle' } })
  const http = await send(receiver)
  await using client = new GrpcClient(receiver.endpoint)
  const reply = client.call(EXPORT_TRACES, [frame(BODY)]).catch(() => {})
  await eventually(() => stored(receiver) === 2 && clock.pending === 2)
  http.reset()
  client.session.destroy()
  await eventually(() => receiver.counts.lostAnswers === 2)
  expect(clock.pending).toBe(0)
  await reply
})

test('cut: a connection serves one request and is closed at the next', async () => {
  await using receiver = await started({ fault: { kind: 'cut' } })
  using http = await send(receiver)
  await eventually(() => http.received.startsWith('HTTP/1.1 200'))
  const { length } = http.received
  await http.write(request())
  expect(await http.closed).toHaveLength(length)
  await using client = new GrpcClient(receiver.endpoint)
  expect((await client.call(EXPORT_TRACES, [frame(BODY)])).trailers['grpc-status']).toBe('0')
  const second = await client.call(EXPORT_TRACES, [frame(BODY)]).catch((error: Error) => error)
  expect(second).not.toMatchObject({ httpStatus: 200 })
  const { asked, faults, total } = receiver.counts
  expect([stored(receiver), asked, faults.cut, total.requests]).toEqual([2, 4, 2, 2])
})

test('flap: the fault is there and not there in turns, until it has lasted', async () => {
  const clock = new ManualClock()
  const fault = { kind: 'flap', fault: { kind: 'status' }, faulty: '2s', healthy: '3s', lasts: '12s' } as const
  await using receiver = await started({ clock, fault })
  const statuses: number[] = []
  for (let second = 0; second < 14; second++) {
    statuses.push(await sendGood(receiver))
    await clock.advance(1_000)
  }
  expect(statuses).toEqual([503, 503, 200, 200, 200, 503, 503, 200, 200, 200, 503, 503, 200, 200])
  expect([receiver.fault, clock.pending, receiver.counts.faults.status]).toEqual([undefined, 0, 6])
})

test('flap of a closed door: it listens in every healthy half, on the same port', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault: { kind: 'flap', fault: { kind: 'refuse' }, faulty: 1_000 } })
  for (let turn = 0; turn < 3; turn++) {
    await expectRefused(receiver)
    await clock.advance(1_000)
    let status = 0
    while (status !== 200) status = await sendGood(receiver).catch(() => 0)
    await clock.advance(1_000)
    // The door closes behind the turn of the clock.
    while (status === 200) status = await sendGood(receiver).catch(() => 0)
    expect(status).toBe(0)
  }
})

test('a fault that lasts for a time is over after it, and a new one does not inherit its end', async () => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault: { kind: 'status', lasts: '5s' } })
  expect(await sendGood(receiver)).toBe(503)
  await clock.advance(4_000)
  await receiver.setFault({ kind: 'status', httpStatus: 500, lasts: '5s' })
  await clock.advance(4_000)
  expect(await sendGood(receiver)).toBe(500)
  await clock.advance(1_000)
  expect([await sendGood(receiver), clock.pending]).toEqual([200, 0])
})

test('a fault may be set before the start, and is refused after the stop', async () => {
  const receiver = await started()
  await receiver.stop()
  await expect(receiver.setFault({ kind: 'refuse' })).rejects.toMatchObject({ code: 'SEA_RECEIVER_STOPPED' })
})

test.each<Fault>([
  { kind: 'slow', delay: '1h', lasts: '1h' },
  { kind: 'refuse', lasts: '1h' },
  { kind: 'blackhole' },
  { kind: 'blackhole', at: 'connection' },
  { kind: 'syn-blackhole', lasts: '1h' },
  { kind: 'trickle', every: '1h' },
  { kind: 'flap', fault: { kind: 'refuse' }, faulty: '1h' },
  { kind: 'flap', fault: { kind: 'syn-blackhole' }, faulty: '1h' },
])('stopping leaves no socket and no timer: %j', async (fault) => {
  const clock = new ManualClock()
  await using receiver = await started({ clock, fault, stopGraceMs: 0 })
  const socket = connect({ host: '127.0.0.1', port: receiver.port })
  const closed = new Promise((resolve) => {
    socket.on('error', () => {}).on('close', resolve)
  })
  socket.write(request())
  await new Promise((resolve) => setImmediate(resolve))
  const stopped = receiver.stop()
  await eventually(() => {
    void clock.advance(0)
    return receiver.openConnections === 0
  })
  await stopped
  expect(clock.pending).toBe(0)
  await closed
  await eventually(() => listeners() === 0, 'the end of the last listener')
})

function listeners(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
}

test('what is wrong with a fault is said at once, all of it, and what was set before stays', async () => {
  await using receiver = await started({ fault: { kind: 'status' } })
  const wrong = {
    kind: 'flap',
    fault: { kind: 'reset', at: 'body', stores: true, dely: 1 },
    faulty: 0,
    healthy: 'soon',
  }
  await expect(receiver.setFault(wrong as never)).rejects.toMatchObject({
    code: 'SEA_OPTIONS_INVALID',
    message: `setFault():
  - "faulty" is 0 ms, expected 1 to 86400000 ms
  - "healthy" is "soon", expected a number of milliseconds or a text such as "500ms", "10s", "1m30s"`,
  })
  await expect(receiver.setFault({ ...wrong, faulty: 1, healthy: 1 } as never)).rejects.toMatchObject({
    message: `setFault(): "fault":
  - "stores" needs a whole request, and "at" is "body"
  - "dely" is not an option.`,
  })
  expect(receiver.fault).toEqual({ kind: 'status' })
  expect(await sendGood(receiver)).toBe(503)
})

test.each([
  [{ kind: 'sluggish' }, '"kind" is "sluggish", expected one of slow, refuse, blackhole'],
  [{ kind: 'slow' }, '"delay" is required'],
  [{ kind: 'refuse', requests: 1 }, '"requests" is not an option'],
  [{ kind: 'partial' }, 'needs either "rejected" or "share"'],
  [{ kind: 'partial', share: 2 }, '"share" must be a number from 0 to 1'],
  [{ kind: 'status', grpcCode: 0 }, '"grpcCode" is 0, expected 1 to 16'],
  [{ kind: 'flap', faulty: 1 }, '"fault" is required'],
  [{ kind: 'flap', faulty: 1, fault: { kind: 'flap' } }, 'must be a steady one'],
  [{ kind: 'flap', faulty: 1, fault: { kind: 'refuse', lasts: 1 } }, 'cannot have an end of its own'],
  ['slow', 'expected an object of options, got a string'],
])('%j is refused', async (fault, message) => {
  await expect(started({ fault: fault as never })).rejects.toMatchObject({
    code: 'SEA_OPTIONS_INVALID',
    message: expect.stringContaining(message),
  })
})
