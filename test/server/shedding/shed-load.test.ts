import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { shedLoad, type ShedLoadOptions } from 'seaworthy/resilience'
import { HealthChecker } from 'seaworthy'
import { expect, onTestFinished, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { bindForTest } from '../start-server.ts'

async function start(options: ShedLoadOptions) {
  const server = createServer((_request, response) => response.end('served'))
  const clock = new ManualClock()
  const shedding = shedLoad(server, { clock, ...options })
  onTestFinished(() => shedding.stop())
  return { ...(await bindForTest(server)), clock, shedding }
}

test('a server without a service sheds load, until it is told to stop', async () => {
  const lines: object[] = []
  const log = {
    debug() {},
    info: (fields: object) => void lines.push(fields),
    warn: (fields: object) => void lines.push(fields),
    error() {},
  }
  const health = new HealthChecker()
  const { server, clock, shedding, connect } = await start({
    maxMemoryBytes: 1_048_576,
    after: 0,
    log,
    health,
    name: 'shop',
  })
  await clock.advance(250)
  const connection = connect()
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 503 })
  expect(await connection.request({ path: '/livez' })).toMatchObject({ status: 200 })
  expect((await health.checkHealth()).checks['shedding']).toMatchObject({ status: 'degraded', critical: false })
  const listeners = server.listenerCount('connection')
  shedding.stop()
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 200 })
  expect(Object.hasOwn(server, 'emit')).toBe(false)
  // That of the account, and that of the queue.
  expect(server.listenerCount('connection')).toBe(listeners - 2)
  expect(clock.pending).toBe(0)
  expect(Object.keys((await health.checkHealth()).checks)).toEqual([])
  expect(lines).toMatchObject([
    { event: 'shedding.began', listener: 'shop', reason: 'memory' },
    { event: 'shedding.ended', listener: 'shop', reason: 'memory', refused: 1 },
  ])
})

test('without a limit it has the preset, and limits are changed at any time', async () => {
  const { clock, shedding, connect } = await start({ after: 0 })
  const connection = connect()
  await clock.advance(250)
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 200 })
  shedding.set({ maxMemoryBytes: 1_048_576 })
  await clock.advance(250)
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 503 })
  shedding.set({})
  await clock.advance(250)
  expect(await connection.request({ path: '/' })).toMatchObject({ status: 200 })
  expect(() => shedding.set({ maxInFlight: -1 })).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
})

test('what can refuse nothing is refused', () => {
  expect(() => shedLoad(createTcpServer())).toThrow(expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }))
  expect(() => shedLoad(createServer(), { maxInFlight: 0 })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }),
  )
})

test('servers that share a health checker each have a check of their own', async () => {
  const health = new HealthChecker()
  await start({ health })
  const { server, shedding } = await start({ health, name: 'admin' })
  expect(Object.keys(health.report().checks)).toEqual(['shedding', 'shedding admin'])
  const third = createServer()
  const listeners = third.listenerCount('connection')
  expect(() => shedLoad(third, { health, name: 'admin' })).toThrow(
    expect.objectContaining({ code: 'SEA_HEALTH_DUPLICATE' }),
  )
  expect([Object.hasOwn(third, 'emit'), third.listenerCount('connection')]).toEqual([false, listeners])
  shedding.stop()
  expect(Object.keys(health.report().checks)).toEqual(['shedding'])
  expect(Object.hasOwn(server, 'emit')).toBe(false)
})
