import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'
import { bindForTest, gate, until } from './start-server.ts'

test('the server of a framework is drained like any other: no 503, no reset, close said at the end', async () => {
  const answer = gate()
  const app = fastify({ forceCloseConnections: true })
  onTestFinished(() => void app.close())
  app.get('/slow', async () => {
    await answer.opened
    return { slow: true }
  })
  app.get('/', async () => ({ ok: true }))
  await app.ready()
  const drain = trackHttpServer(app.server, { clock: systemClock, name: 'api' })
  const { server, connect } = await bindForTest(app.server)

  const kept = connect()
  expect(await kept.request({ path: '/' })).toMatchObject({ status: 200, saidClose: false })
  const slow = connect().request({ path: '/slow' })
  await until(() => drain.inFlight === 1)
  drain.startDraining()
  expect(await connect().request({ path: '/' })).toMatchObject({ status: 200, saidClose: true })
  const finished = drain.finish({ limitMs: 60_000 })
  await until(() => !server.listening)
  expect(await kept.request({ path: '/' })).toMatchObject({ status: 200, saidClose: true })
  answer.open()
  expect(await slow).toMatchObject({ status: 200, saidClose: true })
  expect((await finished).clean).toBe(true)
  await app.close()
  expect(drain.totals).toEqual({ requests: 4, answered: 4, clientGone: 0, cut: 0, upgraded: 0 })
})
