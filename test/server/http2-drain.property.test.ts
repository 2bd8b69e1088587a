import fc from 'fast-check'
import { constants } from 'node:http2'
import { expect, test } from 'vitest'
import type { RawHttp2Connection } from '../../src/load/http2-client.ts'
import { type Http2Handler, openHttp2, startDrainedHttp2 } from './start-http2.ts'
import { until } from './start-server.ts'

const LIMIT_MS = 400
const DRAIN_AT_MS = 15
const FINISH_AT_MS = 40

const stream = fc.record({
  path: fc.constantFrom('/quick', '/slow', '/big', '/upload', '/push', '/fails', '/hung'),
  afterMs: fc.integer({ min: 0, max: 60 }),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 2 }),
})
const client = fc.record({
  streams: fc.array(stream, { minLength: 0, maxLength: 8 }),
  end: fc.constantFrom('stays', 'stays', 'closes', 'resets', 'stalls', 'is destroyed'),
  endAfterMs: fc.integer({ min: 0, max: 60 }),
  wireDelayMs: fc.constantFrom(0, 5),
})

const BIG = Buffer.alloc(300_000)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const handler: Http2Handler = (request, response) => {
  switch (request.url) {
    case '/quick':
      response.end('ok')
      return
    case '/slow':
      setTimeout(() => response.end('ok'), 30)
      return
    case '/big':
      response.end(BIG)
      return
    case '/upload':
      request.resume().on('end', () => response.end('got it'))
      return
    case '/push':
      if (response.stream.pushAllowed) {
        response.createPushResponse({ ':path': '/pushed' }, (error, pushed) => {
          if (error !== null) return
          pushed.stream.on('error', () => {})
          pushed.end('pushed')
        })
      }
      response.end('ok')
      return
    case '/fails':
      response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      return
    default:
  }
}

async function playStream(
  connection: RawHttp2Connection,
  each: typeof stream extends fc.Arbitrary<infer T> ? T : never,
) {
  await pause(each.afterMs)
  if (!connection.isUsable) return
  const isUpload = each.path === '/upload'
  const opened = connection.open({ ':method': isUpload ? 'POST' : 'GET', ':path': each.path })
  opened.resume()
  if (isUpload) opened.write('half of it')
  else opened.end()
  if (each.cancelAfterMs === null) {
    if (isUpload) setTimeout(() => opened.end(), 10)
    return
  }
  await pause(each.cancelAfterMs)
  opened.close(constants.NGHTTP2_CANCEL)
}

test('whatever clients do, every stream is counted once, and the ledger ends at zero', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(client, { minLength: 1, maxLength: 8 }), async (clients) => {
      const { server, port, sessions, drain } = await startDrainedHttp2(handler, {
        drain: { lateRequestGraceMs: 20, lingerMs: 40 },
      })
      server.on('sessionError', () => {})
      const played = clients.map(async ({ streams, end, endAfterMs, wireDelayMs }) => {
        const connection = openHttp2(port, { wireDelayMs })
        const all = streams.map((each) => playStream(connection, each))
        await pause(endAfterMs)
        if (end === 'closes') connection.close()
        if (end === 'resets') connection.reset()
        if (end === 'stalls') connection.pause()
        if (end === 'is destroyed') sessions.at(-1)?.destroy()
        await Promise.all(all)
      })
      await pause(DRAIN_AT_MS)
      drain.startDraining({ spreadMs: 10 })
      await pause(FINISH_AT_MS - DRAIN_AT_MS)
      const report = await drain.finish({ limitMs: LIMIT_MS })
      const { requests, pushed, answered, clientGone, cut, tunnels } = drain.totals
      expect(drain.inFlight).toBe(0)
      expect(drain.sessionCount).toBe(0)
      expect(answered + clientGone + cut).toBe(requests + pushed)
      expect(tunnels).toBe(0)
      expect(report.cutCount).toBe(cut + (report.figures['unsent'] ?? 0))
      expect(report.clean).toBe(report.cutCount === 0)
      expect(server.listening).toBe(false)
      await Promise.all(played)
    }),
    { numRuns: 25, endOnFailure: true },
  )
}, 90_000)

test('10,000 randomly aborted streams leave nothing behind', async () => {
  const { drain, connect, sessions } = await startDrainedHttp2(handler)
  const clientCount = 20
  const rounds = 20
  const streamsAtOnce = 25
  for (let round = 0; round < rounds; round++) {
    const clients = Array.from({ length: clientCount }, () => connect())
    for (const [index, connection] of clients.entries()) {
      for (let count = 0; count < streamsAtOnce; count++) {
        const path = ['/slow', '/big', '/hung', '/upload'][(count + index) % 4] ?? '/hung'
        const opened = connection.open({ ':method': 'POST', ':path': path })
        opened.write('x')
        const abort = (): void => opened.close(constants.NGHTTP2_CANCEL)
        if (count % 3 === 0) opened.once('response', abort)
        else if (count % 3 === 1) setImmediate(abort)
      }
    }
    await until(() => drain.totals.requests > round * clientCount * streamsAtOnce)
    await pause(5)
    for (const [index, connection] of clients.entries()) {
      if (index % 3 === 0) connection.reset()
      else if (index % 3 === 1) connection.close()
      else connection.reset()
    }
    await until(() => drain.inFlight === 0 && drain.sessionCount === 0)
  }
  const { requests, answered, clientGone, cut } = drain.totals
  expect(requests).toBeGreaterThan(5000)
  expect(answered + clientGone + cut).toBe(requests)
  expect(sessions.every(({ destroyed }) => destroyed)).toBe(true)
  expect(await drain.finish({ limitMs: 60_000 })).toMatchObject({ clean: true, cutCount: 0 })
}, 60_000)
