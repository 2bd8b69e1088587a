import { connect as connectTcp } from 'node:net'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { runLoad } from '../../../src/load/open-loop.ts'
import { STREAM_BODY } from './deeds.ts'
import type { ServerKind } from './server-kind.ts'
import { type RunningKind, startKind } from './start-kind.ts'
import { openWebSocket } from './web-socket.ts'

/** Long enough that one turn of a busy event loop does not reach from the cut to the end of the slice. */
const HUNG = { drainDelayMs: 0, inFlightMs: 2000 } as const
const WIRE_DELAY_MS = 25

/** The cases that hold for every kind of server. Each has a service of its own: a stop happens once. */
export function describeKind(kind: ServerKind): void {
  const { wire = 'http', hasWebSockets = wire === 'http' || wire === 'https', hangRoute = '/hang/:id' } = kind
  const isHttp1 = wire === 'http' || wire === 'https'

  describe.concurrent(kind.name, () => {
    test('what is in flight is answered with its whole body, and the close hooks come after the last answer', async ({
      onTestFinished,
    }) => {
      const running = await startKind(kind, onTestFinished)
      const slow = (await running.connect()).ask({ path: '/slow/400' })
      const stream = (await running.connect()).ask({ path: '/stream' })
      await Promise.all([running.journal.until('slow'), running.journal.until('stream')])

      const report = await running.service.stop()

      expect(await slow).toMatchObject({ outcome: 'answered', status: 200, body: 'slow 400', saidClose: true })
      expect(await stream).toMatchObject({ outcome: 'answered', status: 200, body: STREAM_BODY })
      expect(report).toMatchObject({ clean: true, aborted: [] })
      expect(running.journal.entries.at(-1)).toBe(kind.hasCloseHook === true ? 'close hook' : 'slow answered')
      await expectNothingListens(running)
    })

    test('new connections are served during the drain delay, and each answer says that its connection closes', async ({
      onTestFinished,
    }) => {
      const running = await startKind(kind, onTestFinished)
      const kept = await running.connect()
      expect(await kept.ask({ path: '/fast' })).toMatchObject({ status: 200, body: 'fast', saidClose: false })

      const ended = running.service.stop()

      expect(await kept.ask({ path: '/fast' })).toMatchObject({ status: 200, body: 'fast', saidClose: true })
      const fresh = await running.connect()
      expect(await fresh.ask({ path: '/echo', method: 'POST', body: 'anew' })).toMatchObject({
        outcome: 'answered',
        status: 200,
        body: 'anew',
        saidClose: true,
      })
      expect(await ended).toMatchObject({ clean: true, aborted: [] })
    })

    test('a body of which half had come is read to its end', async ({ onTestFinished }) => {
      const running = await startKind(kind, onTestFinished, { drainDelayMs: 0 })
      const connection = await running.connect()
      // Whole, so that the half comes on a connection that works.
      await connection.ask({ path: '/fast' })
      const { reply, rest } = connection.askInHalves('/echo', ['first half, ', 'second half'])
      const slow = await running.connect()
      const other = slow.ask({ path: '/slow/100' })
      await running.journal.until('slow')

      const ended = running.service.stop()
      await other
      rest()

      expect(await reply).toMatchObject({ outcome: 'answered', status: 200, body: 'first half, second half' })
      expect(await ended).toMatchObject({ clean: true, aborted: [] })
    })

    test('server-sent events are ended, and what makes them is told', async ({ onTestFinished }) => {
      const running = await startKind(kind, onTestFinished, { drainDelayMs: 50 })
      const events = (await running.connect()).ask({ path: '/sse' })
      await running.journal.until('event', 3)

      const report = await running.service.stop()

      expect(await events).toMatchObject({ outcome: 'answered', status: 200 })
      expect((await events).body).toMatch(/^id: 0\ndata: tick\n\n/)
      await running.journal.until('events over')
      expect(report).toMatchObject({ clean: true, aborted: [] })
    })

    test('a handler that listens to its signal is asked at the soft deadline, and its answer arrives', async ({
      onTestFinished,
    }) => {
      const running = await startKind(kind, onTestFinished, HUNG)
      const asked = (await running.connect()).ask({ path: '/signal' })
      await running.journal.until('signal')

      const report = await running.service.stop()

      expect(await asked).toMatchObject({ outcome: 'answered', status: 200, body: 'asked to end' })
      expect(report).toMatchObject({ clean: true, aborted: [] })
    })

    test('a handler that does not listen is cut at the hard deadline, and named by its route', async ({
      onTestFinished,
    }) => {
      const running = await startKind(kind, onTestFinished, HUNG)
      const hung = (await running.connect()).ask({ path: '/hang/7?secret=1' })
      await running.journal.until('hang')

      const report = await running.service.stop()

      expect((await hung).outcome).not.toBe('answered')
      expect(report.clean).toBe(false)
      expect(report.aborted).toEqual([expect.stringContaining(`GET ${hangRoute} after`)])
      await expectNothingListens(running)
    })

    test('a client that goes away aborts the signal of its request, and is not waited for', async ({
      onTestFinished,
    }) => {
      const running = await startKind(kind, onTestFinished, { drainDelayMs: 0 })
      const connection = await running.connect()
      void connection.ask({ path: '/signal' })
      await running.journal.until('signal')
      connection.close()
      await running.journal.until('signal aborted')

      expect(await running.service.stop()).toMatchObject({ clean: true, aborted: [] })
    })

    test('a handler that throws is answered by the framework and leaves nothing open', async ({ onTestFinished }) => {
      const running = await startKind(kind, onTestFinished, { drainDelayMs: 0 })
      const connection = await running.connect()
      expect(await connection.ask({ path: '/boom' })).toMatchObject({ outcome: 'answered', status: 500 })

      expect(await running.service.stop()).toMatchObject({ clean: true, aborted: [] })
    })

    test.runIf(isHttp1)(
      'under load over 25 ms of wire, not one request is lost over the whole stop',
      async ({ onTestFinished }) => {
        const running = await startKind(kind, onTestFinished, { drainDelayMs: 300 })
        const load = runLoad({
          clock: systemClock,
          host: '127.0.0.1',
          port: running.port,
          wireDelayMs: WIRE_DELAY_MS,
          ...(wire === 'https' ? { tls: { rejectUnauthorized: false } } : {}),
          arrivals: { perSecond: 60 },
          maxConnections: 8,
          nextRequest: (index) => (index % 10 === 0 ? { path: '/slow/150' } : { path: '/fast' }),
        })
        await Promise.all([running.journal.until('fast', 20), running.journal.until('slow', 2)])

        const report = await running.service.stop()
        const figures = await load

        expect(figures).toMatchObject({ failed: {}, failedCount: 0, byStatus: { 200: figures.sent } })
        expect(report).toMatchObject({ clean: true, aborted: [] })
      },
    )

    test.runIf(hasWebSockets)(
      'a WebSocket is told 1001 and a reason, after what was on its way',
      async ({ onTestFinished }) => {
        const running = await startKind(kind, onTestFinished, { drainDelayMs: 50 })
        const client = await openWebSocket(running, onTestFinished)
        client.socket.send('hello')
        expect(await client.message()).toBe('HELLO')

        const report = await running.service.stop()

        expect(await client.closed).toMatchObject({ code: 1001, reason: expect.stringMatching(/\w/) })
        expect(report).toMatchObject({ clean: true, aborted: [] })
      },
    )
  })
}

async function expectNothingListens({ port }: RunningKind): Promise<void> {
  const refused = await new Promise<string | undefined>((resolve) => {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    socket.on('connect', () => socket.destroy())
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    socket.on('close', () => resolve(undefined))
  })
  expect(refused).toBe('ECONNREFUSED')
}
