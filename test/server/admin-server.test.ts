import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Log } from '../../src/core/log.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { type AdminServer, type AdminServerOptions, createAdminServer } from '../../src/server/admin-server.ts'
import { probesForTest } from './probes-for-test.ts'
import { openConnection, until } from './start-server.ts'

async function startAdmin(options: Partial<AdminServerOptions> = {}) {
  const probes = probesForTest()
  const admin = createAdminServer({ clock: systemClock, probes, port: 0, host: '127.0.0.1', ...options })
  await admin.listen()
  onTestFinished(() => void admin.close(0))
  const port = admin.bound?.port as number
  return { admin, probes, port, ask: (path: string, init?: object) => ask(port, path, init) }
}

async function ask(port: number, path: string, request: object = {}) {
  const result = await openConnection(port).request({ path, ...request })
  return { ...result, text: result.body?.toString() }
}

test('probes are answered with their status, type and headers, and never to be stored', async () => {
  const { ask } = await startAdmin()
  const answer = await ask('/livez')
  expect(answer).toMatchObject({ status: 200, text: 'database at db.internal: ok' })
  expect(answer.headers).toMatchObject({
    'content-type': 'text/plain',
    'x-probe': '/livez',
    'cache-control': 'no-store',
  })
})

test('HEAD has the length of the body and no body', async () => {
  const { ask } = await startAdmin()
  const answer = await ask('/livez', { method: 'HEAD' })
  expect(answer).toMatchObject({ status: 200, bodyBytes: 0 })
  expect(answer.headers?.['content-length']).toBe('27')
})

test('the query is ignored but for verbose and format', async () => {
  const { ask, probes } = await startAdmin()
  expect((await ask('/readyz?verbose=0&exclude=db')).status).toBe(200)
  expect((await ask('/readyz?x', { headers: { Accept: 'application/json' } })).status).toBe(200)
  expect(probes.asked.map(({ verbose, accept }) => [verbose, accept])).toEqual([
    [true, undefined],
    [false, 'application/json'],
  ])
})

test('a format is asked for by name', async () => {
  const { ask, probes } = await startAdmin()
  await ask('/readyz?format=nest')
  await ask('/readyz?format=health%2Bjson')
  expect(probes.asked.map(({ format }) => format)).toEqual(['nest', 'health+json'])
})

test('an unready service answers 503 on readiness and 200 on liveness', async () => {
  const { ask, probes } = await startAdmin()
  probes.ready = false
  expect((await ask('/readyz')).status).toBe(503)
  expect((await ask('/livez')).status).toBe(200)
})

test('details go to this machine, and to others only with the token', async () => {
  const open = await startAdmin()
  expect((await open.ask('/readyz')).text).toContain('db.internal')
  const closed = await startAdmin({ details: 'never', token: 's3cret' })
  expect((await closed.ask('/readyz')).text).toBe('ok')
  expect((await closed.ask('/readyz', { headers: { Authorization: 'Bearer wrong' } })).text).toBe('ok')
  expect((await closed.ask('/readyz', { headers: { Authorization: 'Bearer s3cret' } })).text).toContain('db.internal')
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s on a probe is 405 and says what is allowed', async (method) => {
  const { ask } = await startAdmin()
  const answer = await ask('/livez', { method })
  expect(answer.status).toBe(405)
  expect(answer.headers?.['allow']).toBe('GET, HEAD')
})

test.each(['/', '/livez/', '/LIVEZ', '/%6civez', '//livez', '/constructor', '/__proto__'])(
  '%s is 404',
  async (path) => {
    const { ask } = await startAdmin()
    expect((await ask(path)).status).toBe(404)
  },
)

test('a request with a body is refused, and its connection closed instead of the body being read', async () => {
  const { ask } = await startAdmin()
  expect(await ask('/livez', { body: 'x'.repeat(100_000) })).toMatchObject({ status: 413, saidClose: true })
  expect(await ask('/livez', { headers: { 'Transfer-Encoding': 'chunked' } })).toMatchObject({
    status: 413,
    saidClose: true,
  })
  expect(await ask('/livez', { headers: { 'Content-Length': '0' } })).toMatchObject({ status: 200 })
})

test('headers beyond 8 KiB are 431, below they are not', async () => {
  const { ask } = await startAdmin()
  expect((await ask('/livez', { headers: { 'X-Long': 'x'.repeat(7500) } })).status).toBe(200)
  expect((await ask('/livez', { headers: { 'X-Long': 'x'.repeat(8200) } })).status).toBe(431)
})

test('connections that are only kept make room for whoever comes', async () => {
  const { ask, port } = await startAdmin()
  const kept = Array.from({ length: 256 }, () => openConnection(port))
  await Promise.all(kept.map((connection) => connection.request({ path: '/livez' })))
  // Who finds the house full is sent away, and the next one is let in.
  await ask('/livez')
  await expect.poll(() => ask('/livez')).toMatchObject({ status: 200 })
})

test('what is no HTTP is 400, and the server goes on', async () => {
  const { ask, port } = await startAdmin()
  const connection = openConnection(port)
  const answer = connection.expect()
  connection.send('\u0000\u0001 nonsense\r\n\r\n')
  expect((await answer).status).toBe(400)
  expect((await ask('/livez')).status).toBe(200)
})

test('further routes: their own methods, private ones only for those who may know', async () => {
  const { ask } = await startAdmin({
    details: 'never',
    token: 't',
    routes: {
      '/metrics': {
        access: 'open',
        answer: ({ query }) => ({
          status: 200,
          body: `up ${query.get('name')}`,
          headers: { 'content-type': 'text/x' },
        }),
      },
      '/level': { access: 'private', methods: ['PUT'], answer: () => ({ status: 204, body: '' }) },
    },
  })
  const metrics = await ask('/metrics?name=a')
  expect(metrics).toMatchObject({ status: 200, text: 'up a' })
  expect(metrics.headers?.['content-type']).toBe('text/x')
  expect(await ask('/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, bodyBytes: 0 })
  expect(await ask('/level')).toMatchObject({ status: 405 })
  const refused = await ask('/level', { method: 'PUT' })
  expect(refused.status).toBe(401)
  expect(refused.headers?.['www-authenticate']).toBe('Bearer')
  expect(await ask('/level', { method: 'PUT', headers: { Authorization: 'Bearer t' } })).toMatchObject({ status: 204 })
})

test('what a route throws is a 500 that says nothing, and a line in the log', async () => {
  const lines: object[] = []
  const log: Log = { debug() {}, info() {}, warn() {}, error: (fields) => lines.push(fields) }
  const broken = { access: 'open', answer: () => Promise.reject(new Error('postgres://user:pw@db')) } as const
  const { ask } = await startAdmin({ log, routes: { '/metrics': broken } })
  const answer = await ask('/metrics')
  expect(answer).toMatchObject({ status: 500, text: 'Internal Server Error\n' })
  expect(JSON.stringify(answer.headers)).not.toContain('postgres')
  expect(lines).toHaveLength(1)
})

test('a route whose reader goes away is told so', async () => {
  let wasAsked = false
  let wasTold = false
  const { port } = await startAdmin({
    routes: {
      '/metrics': {
        access: 'open',
        answer: async ({ signal }) => {
          wasAsked = true
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          wasTold = true
          return { status: 200 }
        },
      },
    },
  })
  const connection = openConnection(port)
  void connection.request({ path: '/metrics' })
  await until(() => wasAsked)
  connection.close()
  await until(() => wasTold)
  expect(wasTold).toBe(true)
})

test('a port that is taken is an error that names it', async () => {
  const { port } = await startAdmin()
  const second = createAdminServer({ clock: systemClock, probes: probesForTest(), port, host: '127.0.0.1' })
  const error = await second.listen().catch((reason: unknown) => reason)
  expect(isSeaworthyError(error, 'SEA_LISTENER_PORT_TAKEN')).toBe(true)
})

test('close ends idle connections of scrapers and silent ones, and refuses new ones', async () => {
  const { admin, port } = await startAdmin()
  const scraper = openConnection(port)
  await scraper.request({ path: '/readyz' })
  const silent = openConnection(port)
  await silent.connect()
  const report = await admin.close(60_000)
  expect(report).toMatchObject({ clean: true, cutCount: 0, figures: { idleClosed: 2 } })
  await until(() => !scraper.isUsable && !silent.isUsable)
  expect(admin.bound).toBeUndefined()
  expect(await openConnection(port).request({ path: '/livez' })).toMatchObject({ outcome: 'refused' })
})

test('close is idempotent, and a server that never listened closes as well', async () => {
  const { admin } = await startAdmin()
  const [first, second] = await Promise.all([admin.close(100), admin.close(100)])
  expect(second).toBe(first)
  const unused: AdminServer = createAdminServer({ clock: systemClock, probes: probesForTest() })
  expect(await unused.close(100)).toMatchObject({ clean: true })
})

test('an answer in pieces arrives as one, with its length', async () => {
  const body = ['a', 'bc', 'd'].map((text) => Buffer.from(text))
  const { ask } = await startAdmin({ routes: { '/x': { access: 'open', answer: () => ({ status: 200, body }) } } })
  const answer = await ask('/x')
  expect(answer).toMatchObject({ status: 200, text: 'abcd' })
  expect(answer.headers?.['content-length']).toBe('4')
  expect(await ask('/x', { method: 'HEAD' })).toMatchObject({ status: 200, bodyBytes: 0 })
})
