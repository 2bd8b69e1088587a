import { createServer, type IncomingMessage, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { HealthChecker } from '../../src/health/health-checker.ts'
import type { HealthHandlerOptions } from '../../src/health/health-handler.ts'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Serves the handler on a real port; the returned function sends a request to it. */
async function serve(health: HealthChecker, options?: HealthHandlerOptions) {
  const server = createServer(health.handler(options))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return (method = 'GET', path = '/health', headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', method, path, headers }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (body += text))
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
      })
      request.on('error', reject)
      request.end()
    })
}

function fail(): never {
  throw new Error('connect 10.0.0.7:5432')
}

test('healthy and degraded are 200, unhealthy is 503, as JSON with the latency of each check', async () => {
  const health = new HealthChecker({ timeOfDay: () => new Date(0) }).register({
    name: 'db',
    maxAge: 0,
    check: () => {},
  })
  const send = await serve(health)

  const first = await send()
  health.register({ name: 'cache', critical: false, maxAge: 0, check: fail })
  const second = await send()
  health.register({ name: 'queue', maxAge: 0, check: fail })
  const third = await send()

  expect([first.status, second.status, third.status]).toEqual([200, 200, 503])
  expect(JSON.parse(third.body)).toEqual({
    status: 'unhealthy',
    timestamp: '1970-01-01T00:00:00.000Z',
    checks: {
      db: { status: 'healthy', latency: expect.stringMatching(/^\d+(\.\d+)?ms$/) },
      cache: { status: 'unhealthy', latency: expect.stringMatching(/^\d+(\.\d+)?ms$/) },
      queue: { status: 'unhealthy', latency: expect.stringMatching(/^\d+(\.\d+)?ms$/) },
    },
  })
  expect(JSON.parse(second.body)).toMatchObject({ status: 'degraded' })
})

test('the answer is JSON of a stated length that nobody stores', async () => {
  const send = await serve(new HealthChecker())

  const { headers, body } = await send()

  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': String(Buffer.byteLength(body)),
  })
})

test('why a check fails is told only where that is allowed', async () => {
  const health = new HealthChecker().register({ name: 'db', check: fail })
  const never = await serve(health)
  const always = await serve(health, { details: true })
  const byRequest = await serve(health, { details: (request) => request.headers['x-token'] === 'let-me' })
  const throwing = await serve(health, { details: fail })

  expect((await never()).body).not.toContain('10.0.0.7')
  expect((await byRequest()).body).not.toContain('10.0.0.7')
  expect((await throwing()).body).not.toContain('10.0.0.7')
  expect(JSON.parse((await always()).body)).toMatchObject({
    checks: {
      db: { status: 'unhealthy', message: 'connect 10.0.0.7:5432', critical: true, ageMs: expect.any(Number) },
    },
  })
  expect((await byRequest('GET', '/', { 'x-token': 'let-me' })).body).toContain('10.0.0.7')
})

test('HEAD has the status and the headers of GET, and no body', async () => {
  const send = await serve(new HealthChecker({ timeOfDay: () => new Date(0) }))

  const get = await send('GET')
  const head = await send('HEAD')

  expect(head).toMatchObject({ status: 200, body: '' })
  expect(head.headers['content-length']).toBe(get.headers['content-length'])
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is 405 and runs no check', async (method) => {
  let runs = 0
  const send = await serve(new HealthChecker().register({ name: 'db', check: () => void runs++ }))

  expect(await send(method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' }, body: '' })
  expect(runs).toBe(0)
})

test('path and query make no difference', async () => {
  const send = await serve(new HealthChecker().register({ name: 'db', check: fail }))

  for (const path of ['/', '/health?full=1', '/a/b?x=%', '/%E0%A4%A'])
    expect((await send('GET', path)).status).toBe(503)
})

test('many askers at once make one run', async () => {
  let runs = 0
  const gate = Promise.withResolvers<void>()
  const send = await serve(new HealthChecker().register({ name: 'db', check: () => (runs++, gate.promise) }))

  const answers = Promise.all(Array.from({ length: 20 }, () => send()))
  setTimeout(() => gate.resolve(), 20)

  expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([200]))
  expect(runs).toBe(1)
})

test('a started checker answers from memory, even while a check hangs', async () => {
  let runs = 0
  const health = new HealthChecker().register({
    name: 'db',
    maxAge: 0,
    check: () => (runs++ === 0 ? undefined : new Promise(() => {})),
  })
  await health.start()
  onTestFinished(() => health.stop())
  void health.checkHealth()
  const send = await serve(health)

  expect((await send()).status).toBe(200)
  expect(runs).toBe(2)
})

test('an option that does not exist is refused', () => {
  expect(() => new HealthChecker().handler({ detail: true } as object)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.stringContaining('Did you mean "details"?'),
    }),
  )
  expect(() => new HealthChecker().handler({ details: 'yes' } as object)).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }),
  )
})
