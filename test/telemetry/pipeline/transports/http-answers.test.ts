import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { encodeResponseJson } from '../../../../src/otlp/response-json.ts'
import { encodeResponse } from '../../../../src/otlp/response.ts'
import { encodeStatus, encodeStatusJson } from '../../../../src/otlp/status.ts'
import type { ExportOutcome } from '../../../../src/telemetry/pipeline/export-outcome.ts'
import { closedPort } from '../../telemetry-fixture.ts'
import { answer, http, opened, rawHttpServer, rawServer } from './transport-fixture.ts'

const PROTOBUF = { 'Content-Type': 'application/x-protobuf' }
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** What an attempt comes to that is answered with these bytes. */
async function outcomeOf(bytes: string): Promise<ExportOutcome> {
  await using server = await rawHttpServer(() => bytes)
  using opening = await opened(http(server.port))
  return await opening.send()
}

test.for(['200 OK', '202 Accepted', '204 No Content'])('%s without a body is a yes', async (status) => {
  expect(await outcomeOf(answer(status))).toEqual({ kind: 'delivered' })
})

test('a partial success is read in protobuf and in JSON', async () => {
  const partial = { rejectedCount: 3, errorMessage: 'too\nold' }
  const expected = { kind: 'delivered', rejectedCount: 3, message: 'too old' }
  expect(await outcomeOf(answer('200 OK', PROTOBUF, latin1(encodeResponse('traces', partial))))).toEqual(expected)
  expect(await outcomeOf(answer('200 OK', JSON_TYPE, encodeResponseJson('traces', partial)))).toEqual(expected)
})

test.for([
  ['application/x-protobuf', '\xff\xff\xff'],
  ['application/json', '{"partialSuccess":'],
  ['text/html', '<html>Welcome</html>'],
  // What could be read as an answer, by its bytes.
  ['text/plain', '\n\x02\x08\x03'],
])('a yes with a body of %s that is no answer of OTLP is a yes that says so', async ([type = '', body = '']) => {
  const outcome = await outcomeOf(answer('200 OK', { 'Content-Type': type }, body))
  const message = expect.stringContaining(`(${type})`) as string
  expect(outcome).toEqual({ kind: 'delivered', message, isDoubtful: true })
})

test('a yes that breaks off is a yes', async () => {
  await using server = await rawHttpServer((_request, _index, socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx')
    return undefined
  })
  using opening = await opened(http(server.port))
  expect(await opening.send()).toMatchObject({ kind: 'delivered' })
})

test('an answer of more than 4 MiB is not read on, and its status counts', async () => {
  const head = 'HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n'
  await using server = await rawHttpServer((_request, _index, socket) => {
    socket.write(head)
    const chunk = `${(1024 * 1024).toString(16)}\r\n${'x'.repeat(1024 * 1024)}\r\n`
    const more = (): void => void (socket.destroyed || socket.write(chunk, more))
    more()
    return undefined
  })
  using opening = await opened(http(server.port))
  expect(await opening.send()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('HTTP 500') as string })
  await server.allClosed()
})

test.for(['429 Slow', '502 Bad', '503 Busy', '504 Late'])('%s is worth another attempt', async (status) => {
  expect(await outcomeOf(answer(status))).toEqual({
    kind: 'retry',
    reason: expect.stringContaining(`HTTP ${status.slice(0, 3)}`) as string,
  })
})

test.for(['400 Bad', '401 Who', '403 No', '404 Where', '408 Slow', '413 Large', '415 What', '500 Oh', '501 Never'])(
  '%s is not worth another attempt',
  async (status) => {
    expect(await outcomeOf(answer(status))).toMatchObject({ kind: 'refused' })
  },
)

test('what might pass in smaller bodies, or without one part, is told apart', async () => {
  expect(await outcomeOf(answer('413 Large'))).toMatchObject({ perhapsTooLarge: true })
  expect(await outcomeOf(answer('400 Bad'))).toMatchObject({ perhapsOnePart: true })
})

test.for([
  ['401 Who', 'set OTEL_EXPORTER_OTLP_HEADERS or OTEL_EXPORTER_OTLP_TRACES_HEADERS'],
  ['404 Where', 'takes no traces at /v1/traces; look at OTEL_EXPORTER_OTLP_ENDPOINT'],
  ['415 What', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
])('the reason of %s says what to do', async ([status = '', hint = '']) => {
  expect(await outcomeOf(answer(status))).toMatchObject({ reason: expect.stringContaining(hint) as string })
})

test('a redirect is not followed, and the reason says where it leads without the query', async () => {
  const outcome = await outcomeOf(answer('307 There', { Location: 'https://login.example/in?token=s3cr3t' }))
  expect(outcome).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('redirects to https://login.example/in, which is not followed') as string,
  })
  expect(JSON.stringify(outcome)).not.toContain('s3cr3t')
  expect(await outcomeOf(answer('302 There', { Location: '/other' }))).toMatchObject({ kind: 'refused' })
})

test('what the server says about an error is in the reason, from whatever it sends but a page', async () => {
  const status = { code: 3, message: 'the ids are zero' }
  const said = { reason: expect.stringMatching(/, it says "the ids are zero"$/) as string }
  expect(await outcomeOf(answer('400 Bad', PROTOBUF, latin1(encodeStatus(status))))).toMatchObject(said)
  expect(await outcomeOf(answer('400 Bad', JSON_TYPE, encodeStatusJson(status)))).toMatchObject(said)
  expect(
    await outcomeOf(answer('400 Bad', { 'Content-Type': 'text/plain' }, 'the ids\r\nare\u001b zero')),
  ).toMatchObject(said)
  for (const type of ['text/html', 'application/x-protobuf', 'application/json']) {
    const outcome = await outcomeOf(answer('400 Bad', { 'Content-Type': type }, '<html>'))
    expect(outcome).toMatchObject({ reason: expect.not.stringContaining('it says') as string })
  }
})

test('Retry-After is told in seconds and as a date of the server, and 0 means nothing', async () => {
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
  const later = 'Sun, 06 Nov 1994 08:50:37 GMT'
  expect(await outcomeOf(answer('503 Busy', { 'Retry-After': '7' }))).toMatchObject({ retryAfterMs: 7000 })
  expect(await outcomeOf(answer('429 Slow', { 'Retry-After': later, Date: date }))).toMatchObject({
    retryAfterMs: 60_000,
  })
  expect(await outcomeOf(answer('503 Busy', { 'Retry-After': '0' }))).not.toHaveProperty('retryAfterMs')
})

test('a RetryInfo in the body counts where there is no Retry-After', async () => {
  const body = latin1(encodeStatus({ code: 14, message: '', retryDelayMs: 1500 }))
  expect(await outcomeOf(answer('503 Busy', PROTOBUF, body))).toMatchObject({ retryAfterMs: 1500 })
})

test.for([
  ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n', 'does not answer in HTTP/1.1 (HPE_'],
  ['an alert of TLS', '\x15\x03\x01\x00\x02\x02\x0a', 'does not answer in HTTP/1.1 (HPE_'],
  ['frames of HTTP/2', '\x00\x00\x00\x04\x00\x00\x00\x00\x00', 'does not answer in HTTP/1.1 (HPE_'],
])('%s is worth another attempt, and told', async ([, bytes = '', reason = '']) => {
  expect(await outcomeOf(bytes)).toEqual({ kind: 'retry', reason: expect.stringContaining(reason) as string })
})

test('a server that answers before it has read, and does not read on, is heard', async () => {
  await using server = await rawServer((socket) => {
    socket.once('readable', () => socket.write(answer('413 Large')))
  })
  using opening = await opened(http(server.port))
  const outcome = await opening.send({ body: [Buffer.alloc(32 * 1024 * 1024)] })
  expect(outcome).toMatchObject({ kind: 'refused', perhapsTooLarge: true })
  await server.allClosed()
})

test('nobody there is told apart from a connection that was cut', async () => {
  using nobody = await opened(http(await closedPort()))
  expect(await nobody.send()).toMatchObject({
    kind: 'retry',
    isNobodyThere: true,
    reason: expect.stringContaining('nobody listens at 127.0.0.1:') as string,
  })
  await using server = await rawServer((socket) => socket.resetAndDestroy())
  using cut = await opened(http(server.port))
  const outcome = await cut.send()
  expect(outcome).toMatchObject({ kind: 'retry', reason: expect.stringContaining('closed the connection') as string })
  expect(outcome).not.toHaveProperty('isNobodyThere')
})

test('a connection that is reset in the middle of a request is worth another attempt', async () => {
  await using server = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  using opening = await opened(http(server.port))
  expect(await opening.send({ body: [Buffer.alloc(8 * 1024 * 1024)] })).toMatchObject({ kind: 'retry' })
  // A new connection is no reason to repeat.
  expect(server.sockets).toHaveLength(1)
})

test('a connection that the server closed while it waited is replaced at once, and not counted as a failure', async () => {
  const idle = Promise.withResolvers<void>()
  await using server = await rawHttpServer((_request, index, socket) => {
    if (index !== 1) return answer('200 OK')
    // As if the close had crossed the request on the wire.
    socket.resetAndDestroy()
    idle.resolve()
    return undefined
  })
  using opening = await opened(http(server.port))

  expect(await opening.send()).toEqual({ kind: 'delivered' })
  expect(await opening.send()).toEqual({ kind: 'delivered' })
  await idle.promise
  expect(server.sockets).toHaveLength(2)
})

test('when one connection has grown stale, the others that waited as long are not tried', async () => {
  const held: Socket[] = []
  await using server = await rawHttpServer((_request, index, socket) => {
    if (index < 2) {
      held.push(socket)
      // Both at the same time, so that each has a connection of its own.
      if (held.length === 2) for (const one of held) one.write(answer('200 OK'))
      return undefined
    }
    if (!held.includes(socket)) return answer('200 OK')
    socket.resetAndDestroy()
    return undefined
  })
  using opening = await opened(http(server.port))
  expect(await Promise.all([opening.send(), opening.send()])).toEqual([{ kind: 'delivered' }, { kind: 'delivered' }])

  expect(await opening.send()).toEqual({ kind: 'delivered' })
  expect(server.sockets).toHaveLength(3)
})

test('a server that resets every connection is not asked without end', async () => {
  let requests = 0
  await using server = await rawHttpServer((_request, index, socket) => {
    requests++
    if (index === 0) return answer('200 OK')
    socket.resetAndDestroy()
    return undefined
  })
  using opening = await opened(http(server.port))
  await opening.send()
  expect(await opening.send()).toMatchObject({ kind: 'retry' })
  expect(requests).toBe(3)
})
