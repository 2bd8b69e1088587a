import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import http2 from 'node:http2'
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import { deliverSpans, startServer, startTelemetry } from '../telemetry-fixture.ts'

const CLIENT = 3

/** What every proxy does with CONNECT, with the head of what it was asked. */
async function startProxy(): Promise<{ readonly port: number; readonly heads: string[] } & AsyncDisposable> {
  const heads: string[] = []
  const sockets: Socket[] = []
  const server: Server = createNetServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', (head) => {
      heads.push(head.toString('latin1'))
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

test('the handshake of a WebSocket is a request that has ended when the protocol was switched', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())
  const sockets = new WebSocketServer({ server: server.server })
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/live`)
  await once(socket, 'open')
  // That of the server is not over yet.
  const [client, ...others] = await deliverSpans(started, 1)
  socket.close()
  await once(socket, 'close')
  sockets.close()
  expect(others).toEqual([])

  expect(client).toMatchObject({ name: 'GET', kind: CLIENT, status: { code: 0 } })
  expect(client?.attributes).toMatchObject({
    'http.response.status_code': 101,
    'network.peer.port': server.port,
    'network.protocol.version': '1.1',
    'url.full': `${server.url}/live`,
  })
  const [series] = started.receiver.store.metrics({ name: 'http.client.request.duration' })
  expect(series?.latest).toMatchObject({ count: 1, attributes: { 'http.response.status_code': 101 } })
})

test('a WebSocket that is refused is a request with the status that says so', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.writeHead(403).end())
  const socket = new WebSocket(server.url.replace('http', 'ws'))
  await once(socket, 'error')
  const client = (await deliverSpans(started, 2)).find(({ kind }) => kind === CLIENT)
  expect(client).toMatchObject({ status: { code: 2 }, attributes: { 'http.response.status_code': 403 } })
})

test('a tunnel that fetch takes through a proxy is no request, and the proxy gets nothing of the trace', async () => {
  await using started = await startTelemetry()
  await using proxy = await startProxy()
  // As `fetch` does it where `NODE_USE_ENV_PROXY` is set.
  const dispatcher = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as {
    dispatch: (options: object, handler: object) => void
  }
  const opened = new Promise<Socket>((resolve, reject) => {
    dispatcher.dispatch(
      { origin: `http://127.0.0.1:${proxy.port}`, path: 'shop.example:443', method: 'CONNECT', headers: [] },
      {
        onRequestStart() {},
        onRequestUpgrade: (_controller: object, _status: number, _headers: object, socket: Socket) => resolve(socket),
        onResponseError: (_controller: object, error: Error) => reject(error),
      },
    )
  })
  ;(await opened).destroy()
  expect(await deliverSpans(started, 0)).toEqual([])
  expect(started.receiver.store.metrics({ name: 'http.client.request.duration' })).toEqual([])
  expect(proxy.heads).toHaveLength(1)
  expect(proxy.heads[0]).not.toContain('traceparent')
})

test.for([
  ['shop.example:443', 'shop.example', 443],
  ['10.0.0.1:8443', '10.0.0.1', 8443],
  ['[::1]:8443', '::1', 8443],
] as const)('a tunnel by node:http to %s is a request to where it leads', async ([path, address, port]) => {
  await using started = await startTelemetry()
  await using proxy = await startProxy()
  const request = httpRequest({ host: '127.0.0.1', port: proxy.port, method: 'CONNECT', path })
  request.end()
  const [, socket] = (await once(request, 'connect')) as [object, Socket]
  socket.destroy()
  const [client] = await deliverSpans(started, 1)
  expect(client?.name).toBe('CONNECT')
  expect(client?.attributes).toMatchObject({
    'http.response.status_code': 200,
    'network.peer.port': proxy.port,
    'server.address': address,
    'server.port': port,
    'url.full': `http://${path}/`,
  })
})

test('what asks a server for its options, and for no path, is a request to its root', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((_request, response) => response.end())
  const request = httpRequest({ host: '127.0.0.1', port: server.port, method: 'OPTIONS', path: '*' })
  request.on('response', (answer) => answer.resume()).end()
  await once(request, 'close')
  const client = (await deliverSpans(started, 2)).find(({ kind }) => kind === CLIENT)
  expect(client?.attributes).toMatchObject({ 'server.port': server.port, 'url.full': `${server.url}/` })
})

test('a request that fetch makes by HTTP/2 has one span, and says so', async () => {
  await using started = await startTelemetry()
  const server = http2.createSecureServer(selfSignedCertificate(), (_request, response) => response.end('body'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { constructor: Agent } = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as {
    constructor: new (options: object) => { destroy(): Promise<void> }
  }
  const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } })
  const answer = await fetch(`https://127.0.0.1:${port}/a`, { dispatcher } as RequestInit)
  await answer.text()
  await dispatcher.destroy()
  server.close()
  const clients = (await deliverSpans(started, 2)).filter(({ kind }) => kind === CLIENT)
  expect(clients.map(({ attributes }) => [attributes['url.full'], attributes['network.protocol.version']])).toEqual([
    [`https://127.0.0.1:${port}/a`, '2'],
  ])
})
