import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawHttp2Connection } from '../../src/load/http2-client.ts'
import { type Http2Channel, Http2Sender } from '../../src/load/http2-sender.ts'

async function startServer(): Promise<{ readonly port: number; readonly seen: string[] }> {
  const seen: string[] = []
  const server = createServer()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    seen.push(String(headers[':path']))
    if (headers[':path'] === '/refused') stream.close(7)
    else stream.respond({ ':status': 204 }, { endStream: true })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, seen }
}

function connect(port: number): RawHttp2Connection {
  const connection = new RawHttp2Connection({ clock: systemClock, host: '127.0.0.1', port })
  onTestFinished(() => connection.close())
  return connection
}

/** A connection in the one moment that can't be brought about at will: its GOAWAY came before the stream was written. */
function leaving(): Http2Channel & { isClosed: boolean } {
  return {
    isUsable: false,
    goaways: [2 ** 31 - 1],
    isClosed: false,
    request: () => Promise.resolve({ outcome: 'refused', isRetrySafe: true, saidClose: true, reuse: 1, tookMs: 1 }),
    close() {
      this.isClosed = true
    },
  }
}

test('a stream that a GOAWAY kept from being sent goes out on a new connection, once', async () => {
  const { port, seen } = await startServer()
  const first = leaving()
  const channels: Http2Channel[] = [first, connect(port)]
  const sender = new Http2Sender(() => channels.shift() as Http2Channel)
  expect(await sender.request({ path: '/a' })).toMatchObject({ outcome: 'answered', status: 204 })
  expect(first.isClosed).toBe(true)
  expect(seen).toEqual(['/a'])
  expect(sender.isUsable).toBe(true)
})

test('a stream that was sent and not processed is refused, and not sent again', async () => {
  const { port, seen } = await startServer()
  const sender = new Http2Sender(() => connect(port))
  expect(await sender.request({ path: '/refused' })).toMatchObject({ outcome: 'refused' })
  expect(seen).toEqual(['/refused'])
})

test('a connection that nobody takes is refused, and not tried again', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  let opened = 0
  const sender = new Http2Sender(() => {
    opened++
    return connect(port)
  })
  expect(await sender.request({ path: '/' })).toMatchObject({ outcome: 'refused' })
  expect(opened).toBe(1)
})
