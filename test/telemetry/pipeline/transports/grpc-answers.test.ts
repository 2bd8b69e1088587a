import { constants } from 'node:http2'
import { expect, test } from 'vitest'
import { encodeResponse } from '../../../../src/otlp/response.ts'
import { encodeStatus } from '../../../../src/otlp/status.ts'
import type { ExportOutcome } from '../../../../src/telemetry/pipeline/export-outcome.ts'
import { percentDecoded } from '../../../../src/telemetry/pipeline/transports/grpc-answer.ts'
import { closedPort } from '../../telemetry-fixture.ts'
import { answerCall, grpcServer, refuseCall } from './grpc-server-fixture.ts'
import { answer, grpc, opened, rawHttpServer, rawServer } from './transport-fixture.ts'

const delivered = { kind: 'delivered' }

/** What an attempt comes to whose call is treated so. */
async function outcomeOf(
  onCall: Parameters<typeof grpcServer>[0],
  body?: readonly Uint8Array[],
): Promise<ExportOutcome> {
  await using server = await grpcServer(onCall)
  using opening = await opened(grpc(server.port))
  return await opening.send(body === undefined ? {} : { body })
}

const refusedWith = (headers: Readonly<Record<string, string>>): Promise<ExportOutcome> =>
  outcomeOf((stream) => refuseCall(stream, headers))

const details = (retryDelayMs: number): string =>
  Buffer.from(encodeStatus({ code: 8, message: 'x', retryDelayMs })).toString('base64')

test('the status in the trailers counts, and the message before it is read', async () => {
  const message = encodeResponse('traces', { rejectedCount: 4, errorMessage: 'no' })
  expect(await outcomeOf((stream) => answerCall(stream))).toEqual(delivered)
  expect(await outcomeOf((stream) => answerCall(stream, { message }))).toEqual({
    kind: 'delivered',
    rejectedCount: 4,
    message: 'no',
  })
})

test('an OK with a message that is no answer of OTLP is a yes that says so', async () => {
  const outcome = await outcomeOf((stream) => answerCall(stream, { message: Buffer.from([255, 255, 255]) }))
  const message = expect.stringContaining('cannot be read') as string
  expect(outcome).toEqual({ kind: 'delivered', message, isDoubtful: true })
  expect(await refusedWith({ 'grpc-status': '0' })).toEqual(delivered)
})

test.for([1, 4, 10, 11, 14, 15])('status %i is worth another attempt, in trailers and without a body', async (code) => {
  expect(await outcomeOf((stream) => answerCall(stream, { status: code }))).toMatchObject({ kind: 'retry' })
  expect(await refusedWith({ 'grpc-status': String(code) })).toMatchObject({ kind: 'retry' })
})

test.for([2, 3, 5, 6, 7, 8, 9, 12, 13, 16, 99])('status %i is not', async (code) => {
  expect(await refusedWith({ 'grpc-status': String(code) })).toMatchObject({ kind: 'refused' })
})

test('RESOURCE_EXHAUSTED is worth another attempt when the server says when', async () => {
  const headers = { 'grpc-status': '8', 'grpc-status-details-bin': details(2500) }
  expect(await refusedWith(headers)).toMatchObject({ kind: 'retry', retryAfterMs: 2500 })
  expect(await refusedWith({ ...headers, 'grpc-status-details-bin': details(2500).replace(/=+$/, '') })).toMatchObject({
    retryAfterMs: 2500,
  })
  const soon = await refusedWith({ ...headers, 'grpc-status-details-bin': details(0) })
  expect(soon).toMatchObject({ kind: 'retry' })
  expect(soon).not.toHaveProperty('retryAfterMs')
  expect(await refusedWith({ ...headers, 'grpc-status-details-bin': '!!!' })).toMatchObject({ kind: 'refused' })
})

test.for([
  'grpc: received message larger than max (5242880 vs. 4194304)',
  'Received message larger than max (5242880 vs 4194304)',
  'grpc: received message after decompression larger than max 4194304',
])('a message that is too large is told apart: %s', async (message) => {
  const outcome = await refusedWith({ 'grpc-status': '8', 'grpc-message': message })
  expect(outcome).toMatchObject({ kind: 'refused', perhapsTooLarge: true })
  expect(await refusedWith({ 'grpc-status': '8', 'grpc-message': 'quota' })).not.toHaveProperty('perhapsTooLarge')
  expect(await refusedWith({ 'grpc-status': '3' })).toMatchObject({ perhapsOnePart: true })
})

test('the reason has the name of the status, what to do, and what the server says, decoded', async () => {
  expect(await refusedWith({ 'grpc-status': '16', 'grpc-message': 'kein%20Zutritt%3a%C3%A4%zz' })).toMatchObject({
    reason: expect.stringMatching(
      /^gRPC UNAUTHENTICATED of 127\.0\.0\.1:\d+: it asks for credentials; set OTEL_EXPORTER_OTLP_HEADERS or OTEL_EXPORTER_OTLP_TRACES_HEADERS, it says "kein Zutritt:ä%zz"$/,
    ) as string,
  })
  expect(await refusedWith({ 'grpc-status': '12' })).toMatchObject({
    reason: expect.stringContaining('UNIMPLEMENTED') as string,
  })
})

test('percent-encoding that is broken is taken as it is', () => {
  expect(percentDecoded('100%')).toBe('100%')
  expect(percentDecoded('%2')).toBe('%2')
  expect(percentDecoded('%E2%82%AC%25')).toBe('€%')
})

test.for([
  ['503', 'retry'],
  ['502', 'retry'],
  ['504', 'retry'],
  ['429', 'retry'],
  ['401', 'refused'],
  ['403', 'refused'],
  ['404', 'refused'],
  ['400', 'refused'],
  ['500', 'refused'],
  ['200', 'refused'],
])('a proxy that answers %s with a page means %s', async ([status = '', kind = '']) => {
  const outcome = await outcomeOf((stream) => {
    stream.respond({ ':status': Number(status), 'content-type': 'text/html' })
    stream.end('<html>')
  })
  expect(outcome).toMatchObject({ kind, reason: expect.stringContaining('text/html') as string })
})

test('a proxy can say when to come back, and that the body is too large', async () => {
  expect(await refusedWith({ ':status': '503', 'retry-after': '3' })).toMatchObject({
    kind: 'retry',
    retryAfterMs: 3000,
  })
  expect(await refusedWith({ ':status': '413' })).toMatchObject({ kind: 'refused', perhapsTooLarge: true })
})

test('an answer without a status is not delivered', async () => {
  const outcome = await outcomeOf((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' })
    stream.end(Buffer.alloc(5))
  })
  expect(outcome).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('without a status of gRPC') as string,
  })
})

test('a no before the body was read is heard, the rest of the body is not sent, and the connection stays', async () => {
  await using server = await grpcServer((stream, index) => {
    if (index === 0) refuseCall(stream, { 'grpc-status': '8', 'grpc-message': 'message too large' })
    else answerCall(stream)
  })
  using opening = await opened(grpc(server.port))

  const outcome = await opening.send({ body: [Buffer.alloc(32 * 1024 * 1024)] })
  expect(outcome).toMatchObject({ kind: 'refused', perhapsTooLarge: true })
  expect(await opening.send()).toEqual(delivered)
  expect(server.sessions).toHaveLength(1)
})

test('a call that has its no is cancelled, so that a server that never reads on need not keep what was sent', async () => {
  const ended = Promise.withResolvers<number>()
  await using server = await grpcServer((stream) => {
    stream.on('close', () => ended.resolve(stream.rstCode ?? 0))
    // Its trailers never come: for Node the stream is then open until the client lets go of it.
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '8' })
  })
  using opening = await opened(grpc(server.port))
  expect(await opening.send({ body: [Buffer.alloc(32 * 1024 * 1024)] })).toMatchObject({ kind: 'refused' })
  expect(await ended.promise).toBe(constants.NGHTTP2_CANCEL)
})

test('many large bodies at the same time go over one connection', async () => {
  await using server = await grpcServer((stream) => answerCall(stream))
  using opening = await opened(grpc(server.port))
  const body = [Buffer.alloc(4 * 1024 * 1024)]

  const outcomes = await Promise.all(Array.from({ length: 12 }, () => opening.send({ body })))

  expect(outcomes).toEqual(Array.from({ length: 12 }, () => delivered))
  expect(server.sessions).toHaveLength(1)
})

test('a call that the server resets is worth another attempt', async () => {
  for (const code of [
    constants.NGHTTP2_INTERNAL_ERROR,
    constants.NGHTTP2_CANCEL,
    constants.NGHTTP2_ENHANCE_YOUR_CALM,
  ]) {
    expect(await outcomeOf((stream) => stream.close(code))).toMatchObject({ kind: 'retry' })
  }
})

test('a call that the server refused to look at is repeated at once, and only once', async () => {
  const codes: number[] = []
  const refuseFirst = (count: number) => (stream: Parameters<typeof answerCall>[0], index: number) => {
    codes.push(index)
    if (index < count) stream.close(constants.NGHTTP2_REFUSED_STREAM)
    else answerCall(stream)
  }
  expect(await outcomeOf(refuseFirst(1))).toEqual(delivered)
  expect(await outcomeOf(refuseFirst(9))).toMatchObject({ kind: 'retry' })
  expect(codes).toEqual([0, 1, 0, 1])
})

test('a connection that takes no more calls is replaced, even before its GOAWAY is here', async () => {
  await using server = await grpcServer((stream, index) => {
    if (index > 0 && stream.session === server.sessions[0]) stream.close(constants.NGHTTP2_REFUSED_STREAM)
    else answerCall(stream)
  })
  using opening = await opened(grpc(server.port))
  expect([await opening.send(), await opening.send()]).toEqual([delivered, delivered])
  expect(server.sessions).toHaveLength(2)
})

test('after GOAWAY, calls that the server has seen finish, those beyond are repeated at once on a new connection', async () => {
  const waiting: Parameters<typeof answerCall>[0][] = []
  const bothHere = Promise.withResolvers<void>()
  await using server = await grpcServer((stream, index) => {
    if (index > 1) return answerCall(stream)
    waiting.push(stream)
    if (waiting.length === 2) bothHere.resolve()
  })
  using opening = await opened(grpc(server.port))
  const first = opening.send()
  const second = opening.send()
  await bothHere.promise
  const [seen, beyond] = waiting
  seen?.session?.goaway(constants.NGHTTP2_NO_ERROR, seen.id)
  expect(await second).toEqual(delivered)
  expect(beyond?.closed).toBe(true)
  answerCall(seen as NonNullable<typeof seen>)

  expect(await first).toEqual(delivered)
  expect(server.sessions).toHaveLength(2)
})

test('after GOAWAY without calls, the next one goes over a new connection', async () => {
  await using server = await grpcServer((stream) => answerCall(stream))
  using opening = await opened(grpc(server.port))
  await opening.send()
  const [session] = server.sessions
  const isClosed = new Promise((resolve) => session?.once('close', resolve))
  session?.close()
  await isClosed

  expect(await opening.send()).toEqual(delivered)
  expect(server.sessions).toHaveLength(2)
})

test('a connection that breaks while calls are on it costs these attempts, and the next one goes over a new one', async () => {
  await using server = await grpcServer((stream, index) => {
    if (index < 2) stream.session?.socket.destroy()
    else answerCall(stream)
  })
  using opening = await opened(grpc(server.port))
  expect(await opening.send()).toMatchObject({
    kind: 'retry',
    reason: expect.stringContaining('closed the connection') as string,
  })
  expect(await opening.send()).toMatchObject({ kind: 'retry' })
  expect(await opening.send()).toEqual(delivered)
})

test('a connection that breaks after it has worked is replaced at once, and not counted as a failure', async () => {
  await using server = await grpcServer((stream, index) => {
    if (index === 1) stream.session?.socket.destroy()
    else answerCall(stream)
  })
  using opening = await opened(grpc(server.port))
  expect([await opening.send(), await opening.send()]).toEqual([delivered, delivered])
})

test('no more calls at the same time than the server allows', async () => {
  let open = 0
  let most = 0
  const onCall = (stream: Parameters<typeof answerCall>[0]): void => {
    most = Math.max(most, ++open)
    stream.on('close', () => open--)
    answerCall(stream)
  }
  await using server = await grpcServer(onCall, { maxConcurrentStreams: 2 })
  using opening = await opened(grpc(server.port))
  await opening.send()
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => opening.send()))

  expect(outcomes.every((outcome) => outcome.kind === 'delivered')).toBe(true)
  expect(most).toBeLessThanOrEqual(2)
  expect(server.sessions).toHaveLength(1)
})

test('windows of the smallest size are respected', async () => {
  let received = 0
  await using server = await grpcServer(
    (stream) => {
      stream.on('data', (piece: Buffer) => (received += piece.length))
      answerCall(stream)
    },
    { initialWindowSize: 1000 },
  )
  using opening = await opened(grpc(server.port))
  await opening.send()
  received = 0
  expect(await opening.send({ body: [Buffer.alloc(300_000), Buffer.alloc(1)] })).toEqual(delivered)
  expect(received).toBe(300_006)
})

test('a call has the path of its signal, the headers of the settings and its time limit', async () => {
  let headers: Readonly<Record<string, unknown>> = {}
  await using server = await grpcServer((stream, _index, received) => {
    headers = received
    answerCall(stream)
  })
  const env = {
    ...grpc(server.port),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:s3cret@127.0.0.1:${server.port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a,te=gzip,connection=close,grpc-timeout=1S',
  }
  using opening = await opened(env, { signal: 'metrics' })
  await opening.send({ body: [], timeoutMs: 4000 })

  expect(headers).toMatchObject({
    ':method': 'POST',
    ':scheme': 'http',
    ':path': '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    ':authority': `127.0.0.1:${server.port}`,
    te: 'trailers',
    'content-type': 'application/grpc',
    'x-tenant': 'a',
    authorization: `Basic ${Buffer.from('user:s3cret').toString('base64')}`,
    'user-agent': expect.stringMatching(/^seaworthy\/\d\S+ OTel-OTLP-Exporter-JavaScript\/\d/) as string,
  })
  expect(headers['grpc-timeout']).toMatch(/^(?:4000|3\d{3})m$/)
  expect(headers).not.toHaveProperty('connection')
})

test('nobody there is told apart', async () => {
  using opening = await opened(grpc(await closedPort()))
  expect(await opening.send()).toMatchObject({ kind: 'retry', isNobodyThere: true })
})

test('a server of HTTP/1.1, garbage and a server that hangs up are worth another attempt, and told', async () => {
  await using old = await rawHttpServer(() => answer('200 OK'))
  await using ssh = await rawServer((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'))
  await using rude = await rawServer((socket) => socket.end())
  await using bad = await rawServer((socket) => socket.once('data', () => socket.write(answer('400 Bad'))))
  for (const server of [ssh, bad, rude]) {
    using opening = await opened(grpc(server.port))
    expect(await opening.send()).toMatchObject({
      kind: 'retry',
      reason: expect.stringMatching(/does not speak HTTP\/2|closed the connection/) as string,
    })
  }
  expect(old.sockets).toEqual([])
})
