import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { httpCheck } from '../../../src/health/checks/http-check.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'
import { openSockets, reportOf, resultOf, socketsAreBackTo } from './run-check.ts'

async function serve(listener: RequestListener, at: { path?: string } = {}): Promise<{ server: Server; url: string }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) =>
    at.path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(at.path, resolve),
  )
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { server, url: typeof address === 'string' ? address : `http://127.0.0.1:${address?.port}` }
}

test('a status from 200 to 299 is healthy, and is reported under the host', async () => {
  const { url } = await serve((_, response) => response.writeHead(204).end())
  const check = httpCheck(`${url}/readyz`)

  expect(check.name).toBe(new URL(url).host)
  expect(await reportOf(check)).toMatchObject({ status: 'healthy' })
})

test('another status is unhealthy, and the message says where and what, without credentials and without the query', async () => {
  const seen: (string | undefined)[] = []
  const { url } = await serve((request, response) => {
    seen.push(request.url, request.headers.authorization)
    response.writeHead(503).end('not now')
  })
  const secret = url.replace('http://', 'http://user:canary-1@')

  expect(await reportOf(httpCheck(`${secret}/readyz?token=canary-2`))).toMatchObject({
    status: 'unhealthy',
    message: `${url}/readyz answered 503, expected 200 to 299`,
  })
  expect(seen).toEqual(['/readyz?token=canary-2', `Basic ${Buffer.from('user:canary-1').toString('base64')}`])
})

test('the expected status, method, headers and body are the caller’s', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(418).end(`${request.method} ${String(request.headers['x-tenant'])}`)
  })
  const options = { status: [200, 418], method: 'POST', headers: { 'x-tenant': 'a' } }

  expect(await resultOf(httpCheck(url, { ...options, body: (text) => text === 'POST a' }))).toEqual({
    status: 'healthy',
  })
  expect(await resultOf(httpCheck(url, { ...options, body: async (text) => text !== 'POST a' }))).toEqual({
    status: 'unhealthy',
    message: `${url}/ answered with a body that is refused`,
  })
  expect(await resultOf(httpCheck(url, { status: 200 }))).toMatchObject({
    message: `${url}/ answered 418, expected 200`,
  })
})

test('a redirect is a failure, unless it is to be followed and stays on its origin', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/end') response.end()
    else response.writeHead(302, { location: request.url === '/away' ? 'http://127.0.0.2:1/' : '/end' }).end()
  })

  expect(await resultOf(httpCheck(`${url}/x`))).toEqual({
    status: 'unhealthy',
    message: `${url}/x answered 302, a redirect to ${url} that is not followed`,
  })
  expect(await resultOf(httpCheck(`${url}/x`, { maxRedirects: 1 }))).toEqual({ status: 'healthy' })
  expect(await resultOf(httpCheck(`${url}/away`, { maxRedirects: 1 }))).toMatchObject({
    message: expect.stringContaining('a redirect to http://127.0.0.2:1 that is not followed') as string,
  })
})

test('redirects in a circle end', async () => {
  let asked = 0
  const { url } = await serve((_, response) => {
    asked += 1
    response.writeHead(302, { location: '/' }).end()
  })

  expect(await resultOf(httpCheck(url, { maxRedirects: 3 }))).toMatchObject({
    message: expect.stringContaining('is one too many') as string,
  })
  expect(asked).toBe(4)
})

test('a body without an end is cut, and its connection is closed', async () => {
  const before = openSockets()
  const { url, server } = await serve((_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    }
    response.on('drain', more)
    more()
  })

  expect(await resultOf(httpCheck(url, { maxBodyBytes: 20_000 }))).toEqual({ status: 'healthy' })
  expect(await resultOf(httpCheck(url, { maxBodyBytes: 20_000, body: () => true }))).toEqual({
    status: 'unhealthy',
    message: `${url}/ answered with more than 19.5 KiB`,
  })
  await new Promise((resolve) => server.close(resolve))
  await socketsAreBackTo(before)
})

test('each run has a connection of its own, which is closed again', async () => {
  let connections = 0
  const { url, server } = await serve((_, response) => response.end('ok'))
  server.on('connection', () => connections++)
  const before = openSockets()
  const check = httpCheck(url)

  for (let run = 0; run < 3; run++) await resultOf(check)

  expect(connections).toBe(3)
  await socketsAreBackTo(before)
})

test('what does not answer is given up with the signal, and keeps no descriptor', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const before = openSockets()
  const abort = new AbortController()
  const running = resultOf(httpCheck(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), abort.signal)
  await new Promise((resolve) => server.once('connection', resolve))

  abort.abort()

  expect(await running).toMatchObject({ status: 'unhealthy' })
  await socketsAreBackTo(before)
})

test('a Unix socket is asked, and named when it is not there', async () => {
  const socketPath = join(tmpdir(), `seaworthy-http-check-${process.pid}.sock`)
  await serve((_, response) => response.end(), { path: socketPath })

  expect(await resultOf(httpCheck('http://localhost/x', { socketPath }))).toEqual({ status: 'healthy' })
  expect(await resultOf(httpCheck('http://localhost/x', { socketPath: `${socketPath}.no` }))).toEqual({
    status: 'unhealthy',
    message: `http://localhost/x at ${socketPath}.no: connect ENOENT ${socketPath}.no`,
  })
})

test('over TLS a server has to be trusted', async () => {
  const { pem } = makeCertificate({ name: 'localhost', altNames: ['DNS:localhost', 'IP:127.0.0.1'] })
  const server = createTlsServer(pem, (_, response) => response.end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`

  expect(await resultOf(httpCheck(url, { tls: { ca: pem.cert } }))).toEqual({ status: 'healthy' })
  expect(await resultOf(httpCheck(url))).toMatchObject({
    status: 'unhealthy',
    message: expect.stringContaining('self-signed certificate') as string,
  })
})

test.each<[string, object]>([
  ['ftp://user:canary@host', {}],
  ['', {}],
  ['http://h', { headers: { authorization: 'Bearer canary\n' } }],
  ['http://h', { headers: 'canary' }],
  ['http://h', { status: 99 }],
  ['http://h', { status: [] }],
  ['http://h', { method: 'get' }],
  ['http://h', { body: 'canary' }],
  ['http://h', { maxBodyBytes: -1 }],
  ['http://h', { maxRedirects: 11 }],
  ['http://h', { tls: { key: '/path/canary' } }],
  ['http://h', { timout: 1 }],
])('%j with %j is refused at once, and shows no secret', (url, options) => {
  let thrown: unknown
  try {
    httpCheck(url, options)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code: 'SEA_OPTIONS_INVALID' })
  expect((thrown as Error).message).toContain('httpCheck():')
  expect((thrown as Error).message).not.toContain('canary')
})
