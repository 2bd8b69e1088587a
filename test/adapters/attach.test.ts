import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import type { Hono } from 'hono'
import type Koa from 'koa'
import { once } from 'node:events'
import dns, { type LookupAllOptions } from 'node:dns'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { attach, type Bound, type Handle, type Service } from 'seaworthy'
import { attach as attachExpress } from 'seaworthy/express'
import { attach as attachFastify } from 'seaworthy/fastify'
import { attach as attachHono } from 'seaworthy/hono'
import { attach as attachKoa } from 'seaworthy/koa'
import { attach as attachNest } from 'seaworthy/nest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { passTime } from '../core/pass-time.ts'
import { type Connection, openConnection } from './contract/client.ts'
import { Deeds } from './contract/deeds.ts'
import { Journal } from './contract/journal.ts'
import { contractService, startOn } from './contract/start-kind.ts'
import { buildExpress, express4 } from './kinds/express.ts'
import { buildFastify, fastify4, fastify510 } from './kinds/fastify.ts'
import { buildHono } from './kinds/hono.ts'
import { buildKoa } from './kinds/koa.ts'
import { createNest } from './kinds/nest.ts'

/** An application that existed before, and how its own code makes it listen. */
interface Existing {
  /** Attaches it, before or after it listens by itself as `order` says. */
  attachTo(service: Service, order: 'before' | 'after'): Promise<Handle<Bound>>
  /** Attaches it so that the service listens. */
  attachWithPort(service: Service): Promise<Handle<Bound>>
}

const LOCAL = '127.0.0.1'

/** `listen` of Node's servers, as a promise. */
function untilListening(server: Server): Promise<Server> {
  return new Promise((resolve) => {
    if (server.listening) resolve(server)
    else server.once('listening', () => resolve(server))
  })
}

function existingExpress(make: typeof express): (deeds: Deeds) => Existing {
  return (deeds) => {
    const app = buildExpress(make, deeds)
    return {
      async attachTo(service, order) {
        if (order === 'after') return attachExpress(service, await untilListening(app.listen(0, LOCAL)))
        const handle = attachExpress(service, app)
        app.listen(0, LOCAL)
        return handle
      },
      attachWithPort: async (service) => attachExpress(service, app, { port: 0, host: LOCAL }),
    }
  }
}

function existingFastify(make: typeof fastify): (deeds: Deeds) => Existing {
  return (deeds) => {
    const app = make()
    buildFastify(app, deeds)
    return {
      async attachTo(service, order) {
        if (order === 'after') await app.listen({ port: 0, host: LOCAL })
        const handle = attachFastify(service, app)
        if (order === 'before') await app.listen({ port: 0, host: LOCAL })
        return handle
      },
      attachWithPort: async (service) => attachFastify(service, app, { port: 0, host: LOCAL }),
    }
  }
}

function existingNest(platform: 'express' | 'fastify'): (deeds: Deeds) => Existing {
  return (deeds) => ({
    async attachTo(service, order) {
      const app = await createNest(platform, deeds)
      if (order === 'after') await app.listen(0, LOCAL)
      const handle = attachNest(service, app)
      if (order === 'before') await app.listen(0, LOCAL)
      return handle
    },
    attachWithPort: async (service) => attachNest(service, await createNest(platform, deeds), { port: 0, host: LOCAL }),
  })
}

const KINDS: Readonly<Record<string, (deeds: Deeds) => Existing>> = {
  'express 5': existingExpress(express),
  'express 4': existingExpress(express4),
  fastify: existingFastify(fastify),
  'fastify 5.10': existingFastify(fastify510),
  'fastify 4': existingFastify(fastify4),
  koa: (deeds) => {
    const app: Koa = buildKoa(deeds)
    return {
      async attachTo(service, order) {
        if (order === 'after') return attachKoa(service, app, { server: await untilListening(app.listen(0, LOCAL)) })
        const handle = attachKoa(service, app)
        app.listen(0, LOCAL)
        return handle
      },
      attachWithPort: async (service) => attachKoa(service, app, { port: 0, host: LOCAL }),
    }
  },
  hono: (deeds) => {
    const app: Hono = buildHono(deeds)
    const listen = (): Server => serve({ fetch: app.fetch, port: 0, hostname: LOCAL }) as Server
    return {
      async attachTo(service, order) {
        const server = listen()
        if (order === 'after') await untilListening(server)
        return attachHono(service, app, { server })
      },
      attachWithPort: async (service) => {
        const { createAdaptorServer } = await import('@hono/node-server')
        return attachHono(service, app, { server: createAdaptorServer(app), port: 0, host: LOCAL })
      },
    }
  },
  'nest on express': existingNest('express'),
  'nest on fastify': existingNest('fastify'),
}

describe.each(Object.keys(KINDS))('%s', (name) => {
  const existing = (): { readonly journal: Journal; readonly application: Existing } => {
    const journal = new Journal()
    const build = KINDS[name] as (deeds: Deeds) => Existing
    return { journal, application: build(new Deeds(journal)) }
  }

  test.each(['before', 'after'] as const)(
    'attached %s it listens by itself, it is drained, and what hangs is named by its route',
    async (order) => {
      const { journal, application } = existing()
      const clock = new ManualClock()
      const service = contractService({ drainDelayMs: 0, inFlightMs: 400, clock })
      const running = await startOn(service, await application.attachTo(service, order))
      const slow = (await running.connect()).ask({ path: '/slow/100' })
      const asked = (await running.connect()).ask({ path: '/signal' })
      const hung = (await running.connect()).ask({ path: '/hang/7' })
      await Promise.all([journal.until('slow'), journal.until('signal'), journal.until('hang')])

      const stopped = service.stop()
      await journal.until('slow answered')
      const report = await passTime(clock, stopped)

      expect(await slow).toMatchObject({ status: 200, body: 'slow 100', saidClose: true })
      expect(await asked).toMatchObject({ status: 200, body: 'asked to end' })
      expect((await hung).outcome).not.toBe('answered')
      expect(report.aborted).toEqual([expect.stringMatching(/^http: GET \/hang\/:id after /)])
    },
  )

  test('attached with a port, the service listens', async () => {
    const { application } = existing()
    const service = contractService({ drainDelayMs: 0 })
    const running = await startOn(service, await application.attachWithPort(service))
    expect(await (await running.connect()).ask({ path: '/fast' })).toMatchObject({ status: 200, body: 'fast' })
    expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })
  })
})

/** Gives `localhost` two addresses, which it has on some machines only. */
function giveLocalhostTwoAddresses(): void {
  const { lookup } = dns
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }))
  const both = (host: string, options: LookupAllOptions, callback: (...args: readonly unknown[]) => void): void => {
    if (host !== 'localhost') Reflect.apply(lookup, dns, [host, options, callback])
    else if (options.all) callback(null, addresses)
    else callback(null, '127.0.0.1', 4)
  }
  dns.lookup = both as unknown as typeof lookup
  onTestFinished(() => {
    dns.lookup = lookup
  })
}

test('Fastify told to listen on localhost opens a server per address: each is drained', async () => {
  giveLocalhostTwoAddresses()
  const journal = new Journal()
  const app = fastify()
  buildFastify(app, new Deeds(journal))
  const service = contractService({ drainDelayMs: 150 })
  const listener = attachFastify(service, app)
  await app.listen({ port: 0 })
  await startOn(service, listener)
  const { port } = app.server.address() as AddressInfo
  const hosts = (app.addresses() as AddressInfo[]).map(({ address }) => address)
  expect(hosts.toSorted()).toEqual(['127.0.0.1', '127.0.0.2'])
  const connections: Connection[] = []
  for (const host of hosts) connections.push(await openConnection({ wire: 'http', port, host }))
  const slow = connections.map((connection) => connection.ask({ path: '/slow/300' }))
  await journal.until('slow', hosts.length)

  expect(await service.stop()).toMatchObject({ clean: true, aborted: [] })

  for (const reply of slow) expect(await reply).toMatchObject({ status: 200, saidClose: true })
  for (const host of hosts) await expect(tryConnect(port, host)).resolves.toBe('ECONNREFUSED')
})

test('an idle connection at the second address of Fastify is spared when its first server has closed, as all are', async () => {
  giveLocalhostTwoAddresses()
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const app = fastify()
  app.get('/', async () => 'fast')
  app.get('/busy', async () => {
    begun.resolve()
    await gate.promise
    return 'done'
  })
  const service = contractService({ drainDelayMs: 0 })
  const listener = attachFastify(service, app)
  await app.listen({ port: 0 })
  await startOn(service, listener)
  const { port } = app.server.address() as AddressInfo
  const [idle, busy] = await Promise.all(
    [0, 1].map(async () => openConnection({ wire: 'http', port, host: '127.0.0.2' })),
  )
  expect(await idle?.ask({ path: '/' })).toMatchObject({ status: 200, saidClose: false })
  const answer = busy?.ask({ path: '/busy' })
  await begun.promise

  // Nobody is at the first one.
  const firstClosed = once(app.server, 'close')
  const stopped = service.stop()
  await firstClosed
  expect(await idle?.ask({ path: '/' })).toMatchObject({ status: 200, saidClose: true })
  gate.resolve()

  expect(await answer).toMatchObject({ status: 200, saidClose: true })
  expect(await stopped).toMatchObject({ clean: true, aborted: [] })
})

test('an upgrade at the second address of Fastify, which hands it to its first server, is counted once', async () => {
  giveLocalhostTwoAddresses()
  const app = fastify()
  app.server.on('upgrade', (_request, socket) => {
    socket.on('end', () => socket.end())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  })
  const clock = new ManualClock()
  const service = contractService({ drainDelayMs: 0, inFlightMs: 300, clock })
  const listener = attachFastify(service, app)
  await app.listen({ port: 0 })
  await startOn(service, listener)
  const { port } = app.server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.2' })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))

  const { figures } = await passTime(clock, service.stop())
  expect(figures['http']).toMatchObject({ upgraded: 1, inFlightAtAnnounce: 1 })
})

test('Express on a server of its own making is found by the server', async () => {
  const journal = new Journal()
  const app = buildExpress(express, new Deeds(journal))
  const clock = new ManualClock()
  const service = contractService({ drainDelayMs: 0, inFlightMs: 200, clock })
  const server = createServer(app)
  const running = await startOn(service, attachExpress(service, server, { name: 'web', port: 0, host: LOCAL }))
  void (await running.connect()).ask({ path: '/hang/7' })
  await journal.until('hang')
  const report = await passTime(clock, service.stop())
  expect(report.aborted).toEqual([expect.stringMatching(/^web: GET \/hang\/:id after /)])
})

function tryConnect(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host })
    socket.on('connect', () => socket.destroy())
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    socket.on('close', () => resolve(undefined))
  })
}

describe('an application that is given to the attach of Node’s servers is refused with the one that takes it', () => {
  const deeds = new Deeds(new Journal())
  const applications: Readonly<Record<string, () => unknown>> = {
    'seaworthy/express': () => buildExpress(express, deeds),
    'seaworthy/fastify': () => fastify(),
    'seaworthy/koa': () => buildKoa(deeds),
    'seaworthy/hono': () => buildHono(deeds),
    'seaworthy/nest': () => createNest('express', deeds),
    "your framework's adapter": () => ({}),
  }

  test.each(Object.keys(applications))('%s', async (adapter) => {
    const application = await applications[adapter]?.()
    expect(() => attach(contractService({}), application as never)).toThrow(
      expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', hint: expect.stringContaining(`attach from ${adapter}`) }),
    )
  })
})

test('an Express application that listened before it was attached: the hint says what to pass instead', async () => {
  const app = express()
  const server = await untilListening(app.listen(0, LOCAL))
  onTestFinished(() => void server.close())
  const service = contractService({})
  attachExpress(service, app, { startTimeout: 50 })
  await expect(service.start()).rejects.toMatchObject({
    cause: {
      code: 'SEA_LISTENER_SILENT',
      hint: expect.stringContaining('the server that app.listen() returned'),
    },
  })
})
