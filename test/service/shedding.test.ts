import { createServer as createTcpServer } from 'node:net'
import {
  type Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type sendUnaryData,
  Server as GrpcServer,
  ServerCredentials,
  type ServiceError,
} from '@grpc/grpc-js'
import express from 'express'
import fastify from 'fastify'
import { attach, createService, FinalFlush, type Listenable, type Service, type SheddingOptions } from 'seaworthy'
import { fromExpress } from 'seaworthy/express'
import { fromGrpc } from 'seaworthy/grpc'
import { expect, onTestFinished, test } from 'vitest'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { until } from '../server/start-server.ts'
import { hello, listeningServer } from './listening-server.ts'
import { quiet, quietService } from './open-service.ts'

/** A handler that holds `/hold` until it is told to let go, and answers everything else at once. */
class Holding {
  readonly #held = Promise.withResolvers<string>()
  readonly #arrived = Promise.withResolvers<void>()

  /** Resolves when a request is held. */
  get arrived(): Promise<void> {
    return this.#arrived.promise
  }

  release(): void {
    this.#held.resolve('held')
  }

  async answer(path: string | undefined): Promise<string> {
    if (path !== '/hold') return 'served'
    this.#arrived.resolve()
    return this.#held.promise
  }
}

type Build = (holding: Holding) => Listenable | Promise<Listenable>

const plain: Build = (holding) => (request, response) =>
  void holding.answer(request.url).then((text) => response.end(text))

interface Full {
  readonly url: string
  readonly service: Service
  readonly release: () => Promise<void>
}

/** A service of which one listener has room for one request, with one in it until `release` is called. */
async function startFull(
  build: Build = plain,
  shedding: SheddingOptions | boolean = { maxInFlight: 1 },
  service = quietService({ shedding }),
  own: { readonly shedding?: SheddingOptions | boolean } = {},
): Promise<Full> {
  const holding = new Holding()
  const web = service.listener('web', { host: '127.0.0.1', ...own, start: () => build(holding) })
  await service.start()
  onTestFinished(async () => {
    holding.release()
    await service.stop()
  })
  const url = service.address(web)?.url ?? ''
  const first = fetch(`${url}/hold`).then((response) => response.text())
  await holding.arrived
  const release = async (): Promise<void> => {
    holding.release()
    await first
  }
  return { url, service, release }
}

const statusOf = async (url: string): Promise<number> => {
  const response = await fetch(url)
  await response.text()
  return response.status
}

test.each<[string, Build]>([
  ['a handler', plain],
  [
    'Express',
    (holding) => {
      const app = express()
      app.use((request, response) => void holding.answer(request.path).then((text) => response.send(text)))
      return fromExpress(app)
    },
  ],
  [
    'Fastify',
    (holding) => {
      const app = fastify()
      app.get('/*', (request) => holding.answer(request.url))
      return app
    },
  ],
])(
  '%s: what is too much is refused without its handlers, and served again once there is room',
  async (_name, build) => {
    const { url, release } = await startFull(build)
    const refused = await fetch(`${url}/more`)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(await refused.json()).toMatchObject({ status: 503 })
    await release()
    expect(await statusOf(`${url}/more`)).toBe(200)
  },
)

test('gRPC: a call that is too much is UNAVAILABLE, with the time to wait in both places', async () => {
  const asIs = (value: Buffer): Buffer => value
  const pay = {
    path: '/shop.Shop/Pay',
    requestStream: false as const,
    responseStream: false as const,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  }
  const held = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const server = new GrpcServer()
  server.addService(
    { pay },
    {
      pay: (_call: unknown, answer: sendUnaryData<Buffer>) => {
        arrived.resolve()
        void held.promise.then(() => answer(null, Buffer.from('paid')))
      },
    },
  )
  const service = quietService({ shedding: { maxInFlight: 1 } })
  const listener = service.listener('api', {
    host: '127.0.0.1',
    start: () => fromGrpc(server, { credentials: ServerCredentials.createInsecure() }),
  })
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  const Shop = makeGenericClientConstructor({ pay }, 'Shop')
  const client: Client = new Shop(`127.0.0.1:${service.address(listener)?.port}`, credentials.createInsecure())
  onTestFinished(() => client.close())
  const call = (): Promise<string> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(pay.path, asIs, asIs, Buffer.from('10'), new Metadata(), (error, value) => {
        if (error === null) resolve(String(value))
        else reject(error)
      })
    })
  const first = call()
  await arrived.promise
  const refused = await call().then(
    () => undefined,
    (error: ServiceError) => error,
  )
  expect(refused).toMatchObject({ code: 14, details: 'the service has too much to do, try again later' })
  const [pushbackMs] = refused?.metadata.get('grpc-retry-pushback-ms') ?? []
  expect(Number(pushbackMs)).toBeGreaterThanOrEqual(1000)
  expect(refused?.metadata.get('grpc-status-details-bin')).toHaveLength(1)
  held.resolve()
  expect(await first).toBe('paid')
  expect(await call()).toBe('paid')
})

test('a server that is attached is protected, too', async () => {
  const { server, url } = await listeningServer(hello)
  const service = quietService()
  attach(service, server, { shedding: { maxMemoryBytes: 1_048_576, after: 0 } })
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  await until(() => service.health.report().checks['shedding']?.status === 'degraded')
  expect(await statusOf(url)).toBe(503)
  expect(await statusOf(`${url}/livez`)).toBe(200)
})

test('probes that the listener itself answers are never refused', async () => {
  const service = quietService({ shedding: { maxMemoryBytes: 1_048_576, after: 0 } })
  const web = service.listener('web', { host: '127.0.0.1', probes: true, start: () => hello })
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  await until(() => service.health.report().checks['shedding']?.status === 'degraded')
  const url = service.address(web)?.url ?? ''
  const statuses = await Promise.all(['/', '/livez', '/readyz', '/startupz'].map((path) => statusOf(url + path)))
  expect(statuses).toEqual([503, 200, 200, 200])
})

test('a listener has the limits of the service, its own before them, or none', async () => {
  const service = quietService({ shedding: { maxInFlight: 1 } })
  const own = { host: '127.0.0.1', start: () => hello }
  const free = service.listener('free', { ...own, shedding: false })
  const wide = service.listener('wide', { ...own, shedding: { maxInFlight: false } })
  const { url, release } = await startFull(plain, true, service)
  expect(await statusOf(url)).toBe(503)
  for (const listener of [free, wide]) expect(await statusOf(service.address(listener)?.url ?? '')).toBe(200)
  await release()
})

test('without the option nothing of it is there: no check, no override', async () => {
  const { server } = await listeningServer(hello)
  const service = quietService()
  attach(service, server)
  await service.start()
  onTestFinished(async () => void (await service.stop()))
  expect(Object.hasOwn(server, 'emit')).toBe(false)
  expect(Object.keys(service.health.report().checks)).not.toContain('shedding')
  expect(() => service.shedding.set({ maxInFlight: 1 })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', hint: expect.stringContaining('shedding: {}') }),
  )
})

test('limits are changed while the service runs, and are what the options say once they are not named any more', async () => {
  const { url, service, release } = await startFull(plain, { maxInFlight: 1 })
  expect(await statusOf(url)).toBe(503)
  service.shedding.set({ maxInFlight: 2 })
  expect(await statusOf(url)).toBe(200)
  service.shedding.set({ maxInFlight: false })
  expect(await statusOf(url)).toBe(200)
  service.shedding.set({ maxInFlight: 2, listeners: { web: { maxInFlight: 1 } } })
  expect(await statusOf(url)).toBe(503)
  service.shedding.set({ listeners: { web: { maxInFlight: 3 } } })
  expect(await statusOf(url)).toBe(200)
  service.shedding.set({})
  expect(await statusOf(url)).toBe(503)
  await release()
})

test('limits that are wrong change nothing, and every problem is named', async () => {
  const { url, service, release } = await startFull(plain, { maxInFlight: 1 })
  const wrong = { maxInFlight: 9, maxEventLoopDelay: -1, listeners: { wbe: {}, web: { maxHeapPercent: 0 } } }
  const named = ['"maxEventLoopDelay"', '"wbe"', '"web"', '"maxHeapPercent"']
  expect(() => service.shedding.set(wrong)).toThrow(
    expect.objectContaining({
      code: 'SEA_OPTIONS_INVALID',
      message: expect.toSatisfy((text: string) => named.every((part) => text.includes(part))),
    }),
  )
  expect(await statusOf(url)).toBe(503)
  await release()
})

test('limits that were set before the start hold from the start on', async () => {
  const service = quietService({ shedding: {} })
  service.shedding.set({ maxInFlight: 1 })
  const { url, release } = await startFull(plain, true, service)
  expect(await statusOf(url)).toBe(503)
  await release()
  expect(await statusOf(url)).toBe(200)
})

test('a listener that speaks no HTTP can not be asked for it', async () => {
  const service = quietService()
  service.listener('raw', { host: '127.0.0.1', shedding: true, start: () => createTcpServer() })
  await expect(service.start()).rejects.toMatchObject({
    cause: expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining('"shedding"') }),
  })
  const other = quietService({ shedding: true })
  other.listener('raw', { host: '127.0.0.1', start: () => createTcpServer() })
  await other.start()
  await other.stop()
})

test('while it sheds the service is degraded and says why, ready all the same, and healthy again when it is over', async () => {
  const { url, service, release } = await startFull(plain, { maxInFlight: 1, calm: '2s' })
  expect(service.health.report().checks['shedding']).toMatchObject({ status: 'healthy', critical: false })
  await statusOf(url)
  await until(() => service.health.report().checks['shedding']?.status === 'degraded')
  expect(service.health.report().checks['shedding']?.message).toBe('"web" refuses requests: more than 1 at a time')
  expect(service.health.report('ready').status).toBe('degraded')
  const admin = service.adminAddress?.url ?? ''
  expect([await statusOf(`${admin}/livez`), await statusOf(`${admin}/readyz`)]).toEqual([200, 200])
  await release()
  await until(() => service.health.report().checks['shedding']?.status === 'healthy')
})

test('where readiness shall depend on it, the service is not ready while it sheds', async () => {
  const { url, service, release } = await startFull(plain, { maxInFlight: 1, calm: '2s', affectsReadiness: true })
  const admin = service.adminAddress?.url ?? ''
  expect(await statusOf(`${admin}/readyz`)).toBe(200)
  await statusOf(url)
  await until(() => service.health.report().checks['shedding']?.status === 'unhealthy')
  expect([await statusOf(`${admin}/livez`), await statusOf(`${admin}/readyz`)]).toEqual([200, 503])
  await release()
  await until(() => service.health.report().checks['shedding']?.status === 'healthy')
  expect(await statusOf(`${admin}/readyz`)).toBe(200)
})

test('refused requests are measured by reason, and are spans and durations of 503 as any other', async () => {
  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const service = createService({
    ...quiet({ shedding: { maxInFlight: 1 }, finalFlush: new FinalFlush() }),
    env: { SEAWORTHY_SPOOL_DIR: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    shutdown: { drainDelay: 0, flush: '3s' },
  })
  const { url, release } = await startFull(plain, true, service)
  for (let round = 0; round < 3; round++) expect(await statusOf(`${url}/more`)).toBe(503)
  await release()
  expect(await statusOf(`${url}/more`)).toBe(200)
  await service.stop()
  const series = (name: string) =>
    receiver.store.metrics({ name }).map(({ latest, attributes }) => ({ ...attributes, latest }))
  expect(series('seaworthy.shedding.requests')).toMatchObject([
    { listener: 'web', reason: 'in_flight', latest: { value: 3 } },
  ])
  expect(series('seaworthy.shedding.active')).toMatchObject([{ reason: 'in_flight', latest: { value: 0 } }])
  const durations = receiver.store.metrics({ name: 'http.server.request.duration' })
  expect(new Set(durations.map(({ attributes }) => attributes['http.response.status_code']))).toEqual(
    new Set([200, 503]),
  )
  const statuses = receiver.store
    .spans({ kind: 'server' })
    .map(({ attributes }) => attributes['http.response.status_code'])
  expect(statuses.map(Number).toSorted((a, b) => a - b)).toEqual([200, 200, 503, 503, 503])
})
