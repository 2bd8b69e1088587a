import { connect as connectTcp } from 'node:net'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import type { Http2Result } from '../../../src/load/http2-client.ts'
import { runLoad } from '../../../src/load/open-loop.ts'
import { countOutcomes } from '../../../src/load/outcome-counts.ts'
import type { RawResult } from '../../../src/load/raw-request.ts'
import { passTime } from '../../core/pass-time.ts'
import { beginLoad, WIRE_DELAY_MS } from './continuous-load.ts'
import { STREAM_BODY } from './deeds.ts'
import type { ServerKind } from './server-kind.ts'
import { type RunningKind, startKind } from './start-kind.ts'
import { openWebSocket } from './web-socket.ts'

/** Long enough that one turn of a busy event loop does not reach from the cut to the end of the slice. */
const HUNG = { drainDelayMs: 0, inFlightMs: 2000 } as const

/** The cases that hold for every kind of server. Each has a service of its own: a stop happens once. */
export function describeKind(kind: ServerKind): void {
  const {
    wire = 'http',
    hasWebSockets = wire === 'http' || wire === 'https',
    hungName = 'GET /hang/:id',
    eventsEnd = 'at once',
    notPromised = {},
  } = kind
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

    const freshSaysClose = notPromised['fresh says close'] === undefined
    const served = 'new connections are served during the drain delay, and each answer says that its connection closes'
    test(`${served}${except(notPromised['fresh says close'])}`, async ({ onTestFinished }) => {
      // The drain delay lasts for as long as the test looks, on however slow a machine.
      const clock = new ManualClock()
      const running = await startKind(kind, onTestFinished, { clock })
      const kept = await running.connect()
      expect(await kept.ask({ path: '/fast' })).toMatchObject({ status: 200, body: 'fast', saidClose: false })

      onTestFinished(async () => void (await passTime(clock, running.service.stop())))
      const ended = running.service.stop()
      const last = kept.ask({ path: '/fast' })
      await clock.advance(1)

      expect(await last).toMatchObject({ status: 200, body: 'fast', saidClose: true })
      const fresh = await running.connect()
      expect(await fresh.ask({ path: '/echo', method: 'POST', body: 'anew' })).toMatchObject({
        outcome: 'answered',
        status: 200,
        body: 'anew',
        saidClose: freshSaysClose,
      })
      expect(await passTime(clock, ended)).toMatchObject({ clean: true, aborted: [] })
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

    test(`events without an end of their own are ended ${eventsEnd}, and what makes them is told`, async ({
      onTestFinished,
    }) => {
      const isAtOnce = eventsEnd === 'at once'
      const running = await startKind(kind, onTestFinished, isAtOnce ? { drainDelayMs: 50 } : HUNG)
      const events = (await running.connect()).ask({ path: '/sse' })
      await running.journal.until('event', 3)

      const report = await running.service.stop()

      expect(await events).toMatchObject({ outcome: 'answered', status: 200 })
      expect((await events).body).toMatch(/^id: 0\ndata: tick\n\n/)
      await running.journal.until('events over')
      expect(report).toMatchObject({ clean: true, aborted: [] })
    })

    const softly = 'a handler that listens to its signal is asked at the soft deadline, and its answer arrives'
    const hasSoftDeadline = notPromised['soft deadline'] === undefined
    test.runIf(hasSoftDeadline)(`${softly}${except(notPromised['soft deadline'])}`, async ({ onTestFinished }) => {
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
      expect(report.aborted).toEqual([expect.stringContaining(`${hungName} after`)])
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

    test('clients that never pause, on kept and on new connections, lose not one request until nobody listens', async ({
      onTestFinished,
    }) => {
      const running = await startKind(kind, onTestFinished, { drainDelayMs: 300 })
      const load = beginLoad(wire, running.port, onTestFinished)
      await Promise.all([running.journal.until('fast', 20), running.journal.until('slow', 2)])

      const report = await running.service.stop()
      const entries = await load.ended

      const { sent, answered, refused, status503, otherServerErrors } = countOutcomes(entries)
      expect(entries.filter(({ result }) => !['answered', 'refused'].includes(result?.outcome ?? ''))).toEqual([])
      // One that may be sent again is no loss, but none is needed for clients that wait for each answer.
      expect(entries.filter(({ result }) => result !== undefined && isSentInVain(result))).toEqual([])
      expect({ answered: sent - refused, status503: 0, otherServerErrors: 0 }).toEqual({
        answered,
        status503,
        otherServerErrors,
      })
      expect(report).toMatchObject({ clean: true, aborted: [] })
    })

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

/** For the name of a test: what does not hold here, and why. */
function except(reason: string | undefined): string {
  return reason === undefined ? '' : ` (not here: ${reason})`
}

function isSentInVain(result: RawResult | Http2Result): boolean {
  return 'isRetrySafe' in result && result.isRetrySafe
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
