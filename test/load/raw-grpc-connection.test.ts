import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawGrpcConnection } from '../../src/load/raw-grpc-connection.ts'

const toBytes = (text: string): Buffer => Buffer.from(text)
const toText = (bytes: Buffer): string => bytes.toString()
const method = {
  requestStream: false,
  responseStream: false,
  requestSerialize: toBytes,
  requestDeserialize: toText,
  responseSerialize: toBytes,
  responseDeserialize: toText,
} as const

/** A server of grpc-js, so that the client is held against the usual reading of the protocol. */
async function startGrpc(): Promise<number> {
  const server = new Server()
  server.addService(
    { Upper: { ...method, path: '/test.Text/Upper' }, Busy: { ...method, path: '/test.Text/Busy' } },
    {
      Upper: (call: { request: string }, callback: (error: null, answer: string) => void) =>
        callback(null, call.request.toUpperCase()),
      Busy: (_call: unknown, callback: (error: object) => void) =>
        callback({ code: status.UNAVAILABLE, details: 'later' }),
    },
  )
  onTestFinished(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    )
  })
}

function open(port: number): RawGrpcConnection {
  const connection = new RawGrpcConnection({ clock: systemClock, host: '127.0.0.1', port })
  onTestFinished(() => connection.close())
  return connection
}

test('a call is answered with its message, and the connection carries the next', async () => {
  const connection = open(await startGrpc())
  for (const text of ['ahoy', 'ahoy again']) {
    const result = await connection.request({ path: '/test.Text/Upper', body: text })
    expect(result).toMatchObject({ outcome: 'answered', status: 200 })
    expect(result.body?.toString()).toBe(text.toUpperCase())
  }
  expect(connection.isUsable).toBe(true)
})

test('a status of gRPC is told as the nearest of HTTP: UNAVAILABLE as 503, an unknown method as 501', async () => {
  const connection = open(await startGrpc())
  expect(await connection.request({ path: '/test.Text/Busy', body: 'x' })).toMatchObject({
    outcome: 'answered',
    status: 503,
  })
  expect(await connection.request({ path: '/test.Text/Other' })).toMatchObject({ outcome: 'answered', status: 501 })
})

test('an answer without a status is truncated, and a stream that was not processed is refused', async () => {
  const server = createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    if (headers[':path'] === '/refused') stream.close(7)
    else stream.respond({ ':status': 200 }, { endStream: true })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const connection = open((server.address() as AddressInfo).port)
  expect(await connection.request({ path: '/no-status' })).toMatchObject({ outcome: 'truncated' })
  expect(await connection.request({ path: '/refused' })).toMatchObject({ outcome: 'refused' })
})
