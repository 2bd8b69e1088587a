import { once } from 'node:events'
import { describe, type TestContext, test } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { startFramework } from './start-framework.ts'

const KINDS = [
  'express',
  'express-4',
  'fastify',
  'fastify-5-10',
  'fastify-4',
  'koa',
  'hono',
  'nest-express',
  'nest-fastify',
  'ws',
  'socket-io',
]
/** Their own hooks must find no request that still needs what they close. */
const WITH_HOOKS = new Set(KINDS.filter((name) => name.startsWith('fastify') || name.startsWith('nest')))

function connect(port: number, onTestFinished: TestContext['onTestFinished']): RawConnection {
  const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port })
  onTestFinished(() => connection.close())
  return connection
}

describe.concurrent('SIGTERM', () => {
  test.for(KINDS)(
    '%s: what is in flight and what comes during the delay is answered, and the code is 0',
    async (name, { expect, onTestFinished }) => {
      await using service = await startFramework(name)
      const kept = connect(service.port, onTestFinished)
      expect(await kept.request({ path: '/slow/1' })).toMatchObject({ status: 200, saidClose: false })
      const slow = connect(service.port, onTestFinished).request({ path: '/slow/600' })
      await expect.poll(() => service.errorLines.filter((line) => line === 'slow began').length).toBe(2)

      service.kill('SIGTERM')
      await service.line('received SIGTERM')

      expect(await kept.request({ path: '/slow/2' })).toMatchObject({ status: 200, saidClose: true })
      expect(await connect(service.port, onTestFinished).request({ path: '/slow/3' })).toMatchObject({
        status: 200,
        saidClose: true,
      })
      expect(await slow).toMatchObject({ outcome: 'answered', status: 200, saidClose: true })
      expect(await service.exit).toEqual({ code: 0, signal: null })
      expect(service.report()).toMatchObject({
        clean: true,
        laggards: [],
        aborted: [],
        figures: { http: { inFlightAtAnnounce: 1, requests: 4, answered: 4, clientGone: 0, cut: 0 } },
      })
      expect(service.errorLines.filter((line) => line === 'database closed')).toHaveLength(WITH_HOOKS.has(name) ? 1 : 0)
      expect(service.errorLines.at(-1)).toBe(WITH_HOOKS.has(name) ? 'database closed' : 'slow began')
    },
  )

  test('ws: a WebSocket is told goodbye, and counted', async ({ expect, onTestFinished }) => {
    await using service = await startFramework('ws')
    const client = new WebSocket(`ws://127.0.0.1:${service.port}/ws`)
    onTestFinished(() => client.terminate())
    await once(client, 'open')
    await service.line('connected')
    const closed = once(client, 'close')
    service.kill('SIGTERM')
    expect(await closed).toMatchObject({ 0: 1001 })
    expect(await service.exit).toEqual({ code: 0, signal: null })
    expect(service.report()).toMatchObject({
      clean: true,
      figures: { http: { upgraded: 1, toldGoodbye: 1, upgradedCut: 0 } },
    })
  })
})

describe.concurrent('enableShutdownHooks of Nest', () => {
  test('alone: the hooks run under the requests, and the process ends by the signal', async ({
    expect,
    onTestFinished,
  }) => {
    await using service = await startFramework('nest-express', { ALONE: '1' })
    const connection = connect(service.port, onTestFinished)
    const slow = connection.request({ path: '/slow/400' })
    await service.line('slow began')
    service.kill('SIGTERM')
    await slow
    connection.close()
    expect(await service.exit).toEqual({ code: null, signal: 'SIGTERM' })
    expect(service.errorLines).toEqual(['slow began', 'database closed', 'slow answered'])
  })

  test.for(['nest-express', 'nest-fastify'])('%s: it is named in a warning, and harmless', async (name, { expect }) => {
    await using service = await startFramework(name)
    expect(JSON.parse(await service.line('enableShutdownHooks'))).toMatchObject({
      level: 'warn',
      msg: expect.stringContaining('Remove app.enableShutdownHooks()'),
    })
    service.kill('SIGTERM')
    expect(await service.exit).toEqual({ code: 0, signal: null })
  })
})
