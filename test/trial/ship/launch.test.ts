import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer as createTlsServer, get } from 'node:https'
import { dirname } from 'node:path'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { findPidNamespace } from '../../../src/process/pid-namespace.ts'
import type { DependencyFact } from '../../../src/trial/facts.ts'
import { parseDependency } from '../../../src/trial/survey/parse-dependency.ts'
import { makeCertificate } from '../../server/self-signed-certificate.ts'
import { eventsOf } from '../../../src/trial/history/lifetime.ts'
import { environmentOf, factsOf, sail, service } from './launched.ts'

const hasNamespaces = (await findPidNamespace()) !== undefined

/** What a single signal says would win over what we say of all. */
const LEFT_OVER = 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL'

const STOCK: DependencyFact = {
  name: 'stock',
  variable: 'STOCK_URL',
  template: 'http://{host}:{port}',
  host: '127.0.0.1',
  port: 9,
  protocol: 'http',
  origin: 'flag',
}

describe.skipIf(process.platform !== 'linux')('a ship', () => {
  test('takes a healthy service through its life, and writes it down', async () => {
    const { lifetime, left } = await sail(factsOf(service('graceful')), {}, async (ship) => {
      expect(await ship.load.once('check', {})).toMatchObject({ status: 200 })
      await ship.read()
      expect(ship.signal('SIGTERM')).toBe(true)
      expect(await ship.waitForExit(10_000)).toBe(true)
      expect(ship.signal('SIGTERM')).toBe(false)
    })
    const kinds = ['spawned', 'listening', 'signal', 'exited'] as const
    const story = lifetime.events.filter(({ kind }) => (kinds as readonly string[]).includes(kind))
    expect(story.map(({ kind }) => kind)).toEqual(['spawned', 'listening', 'signal', 'listening', 'exited'])
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 0, signal: null }])
    expect(eventsOf(lifetime, 'output').map(({ line }) => line)).toEqual(['listening', 'stopping', 'stopped'])
    const looked = eventsOf(lifetime, 'reading').find(({ sockets }) => sockets !== undefined)
    expect(looked).toMatchObject({ processCount: 1, sockets: { LISTEN: 1 } })
    expect(looked?.rssBytes).toBeGreaterThan(20e6)
    expect(eventsOf(lifetime, 'left-behind')).toEqual([])
    expect(left).toEqual([])
  })

  test('gives the service its port, the way to the collector, a name and a marker; the voyage wins', async () => {
    const facts = factsOf(service('shows-environment'), {
      env: { PATH: process.env['PATH'], OTEL_RESOURCE_ATTRIBUTES: 'team=red', REMOVED: 'x', [LEFT_OVER]: 'x' },
      telemetry: { traces: true, metrics: true, logs: true, protocol: 'grpc' },
    })
    const env = { OTEL_METRIC_EXPORT_INTERVAL: '500', REMOVED: undefined }
    const { lifetime } = await sail(facts, { env }, async (ship) => {
      const seen = await environmentOf(ship.host, ship.port)
      expect(seen).toMatchObject({
        PORT: String(ship.port),
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        OTEL_SERVICE_NAME: 'trial',
        OTEL_RESOURCE_ATTRIBUTES: `team=red,seaworthy.trial.id=${seen['SEAWORTHY_TRIAL']}`,
        OTEL_METRIC_EXPORT_INTERVAL: '500',
      })
      expect(seen).not.toHaveProperty('REMOVED')
      // Not even empty: the SDK of Java takes that for a protocol that it does not know.
      expect(seen).not.toHaveProperty(LEFT_OVER)
    })
    expect(lifetime.settings).toMatchObject({ otlpProtocol: 'grpc' })
  })

  test('puts a proxy in front of a dependency, and tells the service of that instead', async () => {
    const behind = createServer((_request, response) => response.end('behind')).listen(0, '127.0.0.1')
    await new Promise((resolve) => behind.once('listening', resolve))
    const { port } = behind.address() as AddressInfo
    const dependency: DependencyFact = {
      name: 'stock',
      variable: 'STOCK_URL',
      template: 'http://{host}:{port}/api',
      host: '127.0.0.1',
      port,
      protocol: 'http',
      origin: 'flag',
    }
    const facts = factsOf(service('shows-environment'), { dependencies: [dependency] })
    const { lifetime } = await sail(facts, {}, async (ship) => {
      const url = (await environmentOf(ship.host, ship.port))['STOCK_URL'] ?? ''
      expect(url).not.toContain(`:${port}/`)
      expect(await (await fetch(url)).text()).toBe('behind')
      await ship.setDependencyFault('stock', { kind: 'refuse' })
      await expect(fetch(url)).rejects.toThrow('fetch failed')
      await ship.setDependencyFault('stock', undefined)
      expect(await (await fetch(url)).text()).toBe('behind')
    })
    behind.close()
    behind.closeAllConnections()
    expect(eventsOf(lifetime, 'fault')).toMatchObject([
      { target: 'stock', fault: 'refuse' },
      { target: 'stock', fault: 'none' },
    ])
    expect(eventsOf(lifetime, 'dependency').some(({ what }) => what === 'connected')).toBe(true)
  })

  test('tells host and port in a variable each, and gives every start an empty folder that is gone after it', async () => {
    const facts = factsOf(service('shows-environment'), {
      env: { PATH: process.env['PATH'], DATA: '{tmp}/data.db' },
      dependencies: [{ ...STOCK, variable: 'STOCK_HOST', portVariable: 'STOCK_PORT', template: '{host}' }],
    })
    const folders: string[] = []
    for (let start = 0; start < 2; start++)
      await sail(facts, {}, async (ship) => {
        const seen = await environmentOf(ship.host, ship.port)
        expect(seen).toMatchObject({ STOCK_HOST: '127.0.0.1', STOCK_PORT: expect.stringMatching(/^\d+$/) })
        const folder = dirname(seen['DATA'] ?? '')
        expect(readdirSync(folder)).toEqual([])
        writeFileSync(seen['DATA'] ?? '', 'data')
        folders.push(folder)
      })
    expect(new Set(folders).size).toBe(2)
    expect(folders.filter((folder) => existsSync(folder))).toEqual([])
  })

  test('an encrypted dependency on this machine is reached through the proxy under the name of its certificate', async () => {
    const { pem } = makeCertificate({ name: 'localhost', altNames: ['DNS:localhost'] })
    const behind = createTlsServer(pem, (_request, response) => response.end('behind')).listen(0, '127.0.0.1')
    await new Promise((resolve) => behind.once('listening', resolve))
    const { port } = behind.address() as AddressInfo
    const stock = parseDependency(
      { name: 'stock', variable: 'STOCK_URL', origin: 'flag' },
      `https://localhost:${port}/a`,
    )
    const facts = factsOf(service('shows-environment'), { dependencies: stock === undefined ? [] : [stock] })
    const askTls = (url: string) =>
      new Promise<string>((resolve, reject) => {
        const request = get(url, { ca: pem.cert, agent: false }, (response) =>
          response.setEncoding('utf8').once('data', (text: string) => resolve(text)),
        )
        request.once('error', reject)
      })
    const { lifetime } = await sail(facts, {}, async (ship) => {
      const url = (await environmentOf(ship.host, ship.port))['STOCK_URL'] ?? ''
      expect(url).toMatch(/^https:\/\/localhost:\d+\/a$/)
      expect(url).not.toContain(`:${port}/`)
      expect(await askTls(url)).toBe('behind')
      await ship.setDependencyFault('stock', { kind: 'refuse' })
      await expect(askTls(url)).rejects.toThrow('ECONNREFUSED')
    })
    behind.close()
    expect(eventsOf(lifetime, 'dependency').some(({ what }) => what === 'connected')).toBe(true)
    expect(eventsOf(lifetime, 'downstream')).toEqual([])
  })

  test('freezes the service, and lets it go on', async () => {
    await sail(factsOf(service('graceful')), {}, async (ship) => {
      ship.freeze()
      expect(await ship.load.once('frozen', { timeoutMs: 300 })).toMatchObject({ outcome: 'timeout' })
      ship.thaw()
      expect(await ship.load.once('thawed', {})).toMatchObject({ status: 200 })
    })
  })

  test('does not ask a service twice to end, and does not wait for longer than the grace', async () => {
    const facts = factsOf(service('ignores-sigterm'), { graceMs: { value: 300, origin: 'flag' } })
    const { lifetime } = await sail(facts, {}, async (ship) => {
      ship.signal('SIGTERM')
      await ship.pause(400)
    })
    expect(eventsOf(lifetime, 'signal').map(({ signal, why }) => `${signal} ${why}`)).toEqual([
      'SIGTERM trial',
      'SIGKILL cleanup',
    ])
  })

  test('ends a frozen service in order', async () => {
    const { lifetime, left } = await sail(factsOf(service('graceful')), {}, async (ship) => ship.freeze())
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 0 }])
    expect(left).toEqual([])
  })

  test.skipIf(!hasNamespaces)('runs the service as process 1, which is where a missing handler shows', async () => {
    const facts = factsOf(service('no-handler'), { graceMs: { value: 400, origin: 'flag' } })
    const beside = await sail(facts, {}, async (ship) => {
      ship.signal('SIGTERM')
      expect(await ship.waitForExit(10_000)).toBe(true)
    })
    expect(eventsOf(beside.lifetime, 'exited')).toMatchObject([{ code: null, signal: 'SIGTERM' }])
    const first = await sail(facts, { asPid1: true }, async (ship) => {
      expect(ship.signal('SIGTERM')).toBe(true)
      expect(await ship.waitForExit(300)).toBe(false)
    })
    expect(eventsOf(first.lifetime, 'spawned')).toMatchObject([{ isPid1: true }])
    expect(eventsOf(first.lifetime, 'exited')).toMatchObject([{ code: null, signal: 'SIGKILL' }])
    expect(first.left).toEqual([])
  })

  test.skipIf(!hasNamespaces)('tells the exit code of process 1', async () => {
    const { lifetime } = await sail(
      factsOf(service('never-listens')),
      { asPid1: true, until: 'spawned' },
      async (ship) => {
        await ship.history.waitFor('output', ({ line }) => line === 'working', 10_000)
        ship.signal('SIGTERM')
        await ship.waitForExit(10_000)
      },
    )
    expect(eventsOf(lifetime, 'exited')).toMatchObject([{ code: 3, signal: null }])
  })

  test('reads slowly: what a hasty service has not written by its end is lost, and a patient one keeps all', async () => {
    const countOf = async (env: Record<string, string>): Promise<number> => {
      const { lifetime } = await sail(factsOf(service('talks-a-lot')), { readsSlowly: true, env }, async (ship) => {
        ship.signal('SIGTERM')
        await ship.waitForExit(10_000)
      })
      return eventsOf(lifetime, 'output').filter(({ stream }) => stream === 'stdout').length
    }
    expect(await countOf({ HASTY: 'yes' })).toBe(64)
    expect(await countOf({ HASTY: 'no' })).toBe(100)
  })

  test('says when the service listens on another port than it was told', async () => {
    const facts = factsOf(service('graceful'), { portVariable: 'OTHER', env: { ...factsOf([]).env, PORT: '0' } })
    const { lifetime } = await sail(facts, { until: 'listening', untilMs: 500 })
    expect(eventsOf(lifetime, 'listening')[0]?.port).not.toBe(lifetime.settings['port'])
  })
})
