// What frameworks do by themselves when they are closed, version by version, and that it does no harm here. When the
// first half of such a test fails after an update, the fault is gone; the second half must hold in any case.
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { attach as attachFastify } from 'seaworthy/fastify'
import { attach as attachNest } from 'seaworthy/nest'
import { Server } from 'socket.io'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Connection, openConnection } from './contract/client.ts'
import { Deeds } from './contract/deeds.ts'
import { Journal } from './contract/journal.ts'
import { contractService, startOn } from './contract/start-kind.ts'
import { openWebSocket } from './contract/web-socket.ts'
import { buildFastify, fastify4, fastify510 } from './kinds/fastify.ts'
import { createNest } from './kinds/nest.ts'

type Options = Pick<FastifyServerOptions, 'forceCloseConnections'>

const LOCAL = '127.0.0.1'

async function open(port: number): Promise<Connection> {
  const connection = await openConnection({ wire: 'http', port })
  onTestFinished(() => connection.close())
  return connection
}

interface Listening {
  readonly app: FastifyInstance
  readonly journal: Journal
  readonly port: number
}

/** A Fastify application that listens by itself, with the routes of the contract. */
async function listening(make: typeof fastify, options: Options = {}): Promise<Listening> {
  const journal = new Journal()
  const app = make(options)
  buildFastify(app, new Deeds(journal))
  await app.listen({ port: 0, host: LOCAL })
  onTestFinished(() => app.server.closeAllConnections())
  return { app, journal, port: (app.server.address() as AddressInfo).port }
}

/** The same, attached to a service that is about to stop. */
async function attached(make: typeof fastify, options: Options = {}) {
  const running = await listening(make, options)
  const service = contractService({ drainDelayMs: 50 })
  await startOn(service, attachFastify(service, running.app))
  return { ...running, service }
}

/** Turns of the event loop, for what must not happen at all. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('the versions that these faults were seen in are the ones under test', () => {
  const require = createRequire(import.meta.url)
  const versionOf = (name: string): string => (require(`${name}/package.json`) as { version: string }).version
  expect(['fastify', 'fastify-5-10', 'fastify-4', '@nestjs/core', 'socket.io'].map(versionOf)).toEqual([
    '5.12.8',
    '5.10.0',
    '4.29.1',
    '12.5.1',
    '4.8.4',
  ])
})

describe('requests in flight are destroyed', () => {
  const cases = [
    ['fastify 5.10.0, by default', fastify510, {}],
    ['fastify 5.12.8, with forceCloseConnections', fastify, { forceCloseConnections: true }],
    ['fastify 4.29.1, with forceCloseConnections', fastify4, { forceCloseConnections: true }],
  ] as const

  test.each(cases)('%s: by its own close()', async (_name, make, options) => {
    const { app, journal, port } = await listening(make, options)
    const slow = (await open(port)).ask({ path: '/slow/200' })
    await journal.until('slow')
    await app.close()
    expect((await slow).outcome).not.toBe('answered')
  })

  test.each(cases)('%s: not here', async (_name, make, options) => {
    const { journal, port, service } = await attached(make, options)
    const slow = (await open(port)).ask({ path: '/slow/200' })
    await journal.until('slow')
    expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })
    expect(await slow).toMatchObject({ status: 200, body: 'slow 200' })
  })
})

describe('a request on a connection that is open is refused with 503', () => {
  const cases = [
    ['fastify 5.12.8', fastify],
    ['fastify 4.29.1', fastify4],
  ] as const

  test.each(cases)('%s: by its own close()', async (_name, make) => {
    const { app, journal, port } = await listening(make)
    const connection = await open(port)
    const slow = connection.ask({ path: '/slow/100' })
    await journal.until('slow')
    const closed = app.close()
    const next = connection.ask({ path: '/fast' })
    expect(await slow).toMatchObject({ status: 200 })
    expect(await next).toMatchObject({ status: 503 })
    await closed
  })

  test.each(cases)('%s: not here', async (_name, make) => {
    const { journal, port, service } = await attached(make)
    const connection = await open(port)
    const slow = connection.ask({ path: '/slow/100' })
    await journal.until('slow')
    const ended = service.stop()
    // Behind the first on the same connection: one of the two answers says that it is the last.
    const next = connection.ask({ path: '/fast' })
    expect(await slow).toMatchObject({ status: 200 })
    expect(await next).toMatchObject({ status: 200 })
    expect(await ended).toMatchObject({ clean: true })
  })
})

describe('a client that keeps its connection keeps close() waiting, up to the 72 s of keepAliveTimeout', () => {
  test('fastify 5.12.8: by its own close()', async () => {
    const { app, journal, port } = await listening(fastify)
    const connection = await open(port)
    const slow = connection.ask({ path: '/slow/100' })
    await journal.until('slow')
    const closed = app.close()
    let isClosed = false
    void closed.then(() => (isClosed = true))
    expect(await slow).toMatchObject({ status: 200, saidClose: false })
    await turns()
    expect({ isClosed, keepAliveTimeoutMs: app.server.keepAliveTimeout }).toEqual({
      isClosed: false,
      keepAliveTimeoutMs: 72_000,
    })
    connection.close()
    await closed
  })

  test('fastify 5.12.8: not here', async () => {
    const { journal, port, service } = await attached(fastify)
    const slow = (await open(port)).ask({ path: '/slow/100' })
    await journal.until('slow')
    expect(await service.stop()).toMatchObject({ clean: true })
    expect(await slow).toMatchObject({ status: 200, saidClose: true })
  })
})

describe('a WebSocket keeps onClose from ever being called', () => {
  test('fastify 5.12.8: by its own close()', async () => {
    const { app, journal, port } = await listening(fastify)
    const sockets = new WebSocketServer({ server: app.server })
    const client = await openWebSocket({ wire: 'http', port })
    const closed = app.close()
    client.socket.ping()
    await once(client.socket, 'pong')
    await turns()
    expect(journal.count('close hook')).toBe(0)
    for (const socket of sockets.clients) socket.terminate()
    await closed
    expect(journal.count('close hook')).toBe(1)
  })

  test('fastify 5.12.8: not here', async () => {
    const { app, journal, port } = await listening(fastify)
    const sockets = new WebSocketServer({ server: app.server })
    sockets.on('connection', () => journal.record('connected'))
    const service = contractService({ drainDelayMs: 50 })
    await startOn(service, attachFastify(service, app))
    const client = await openWebSocket({ wire: 'http', port })
    await journal.until('connected')
    expect(await service.stop()).toMatchObject({ clean: true })
    expect(await client.closed).toMatchObject({ code: 1001 })
    expect(journal.count('close hook')).toBe(1)
  })
})

describe.each(['express', 'fastify'] as const)('onModuleDestroy runs under the requests', (platform) => {
  test(`nest 12.5.1 on ${platform}: by its own close()`, async () => {
    const journal = new Journal()
    const app = await createNest(platform, new Deeds(journal))
    await app.listen(0, LOCAL)
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address()
    const connection = await open(port)
    const slow = connection.ask({ path: '/slow/100' })
    await journal.until('slow')
    const closed = app.close()
    await slow
    connection.close()
    await closed
    expect(journal.entries).toEqual(['slow', 'close hook', 'slow answered'])
  })

  test(`nest 12.5.1 on ${platform}: not here`, async () => {
    const journal = new Journal()
    const app = await createNest(platform, new Deeds(journal))
    await app.listen(0, LOCAL)
    const service = contractService({ drainDelayMs: 50 })
    const running = await startOn(service, attachNest(service, app))
    const slow = (await running.connect()).ask({ path: '/slow/100' })
    await journal.until('slow')
    expect(await service.stop()).toMatchObject({ clean: true })
    expect(await slow).toMatchObject({ status: 200 })
    expect(journal.entries).toEqual(['slow', 'slow answered', 'close hook'])
  })
})

test('socket.io 4.8.4 destroys a message that is being received, by its own close(); socket-io.test.ts: not here', async () => {
  const server = createServer()
  const io = new Server(server, { serveClient: false })
  await new Promise<void>((resolve) => server.listen(0, LOCAL, resolve))
  const { port } = server.address() as AddressInfo
  const base = '/socket.io/?EIO=4&transport=polling'
  const opened = await (await open(port)).ask({ path: base })
  const { sid } = JSON.parse(opened.body.slice(1)) as { sid: string }
  await (await open(port)).ask({ path: `${base}&sid=${sid}`, method: 'POST', body: '40' })
  const upload = (await open(port)).askInHalves(`${base}&sid=${sid}`, ['42["upload",', '"the whole of it"]'])
  await (await open(port)).ask({ path: '/socket.io/nothing' })
  const closed = io.close()
  upload.rest()
  expect((await upload.reply).outcome).not.toBe('answered')
  server.closeAllConnections()
  await closed
})
