import type { RequestListener } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawResult } from '../../src/load/raw-request.ts'
import { DEFAULT_QUIET_MS } from '../../src/server/http-drain-options.ts'
import { passTime } from '../core/pass-time.ts'
import { startDrainedServer } from './start-server.ts'

const DRAIN_AT_MS = 30
const FINISH_AT_MS = 60
const LIMIT_MS = 250

const path = fc.constantFrom('/now', '/soon', '/stream', '/upload')
/** What a client does, beginning `atMs` after the start. `hostile` ones promise nothing about their requests. */
const client = fc.record({
  atMs: fc.integer({ min: 0, max: 90 }),
  wireDelayMs: fc.constantFrom(0, 0, 5),
  act: fc.oneof(
    fc.record({ kind: fc.constant('in-turn' as const), paths: fc.array(path, { minLength: 1, maxLength: 4 }) }),
    fc.record({ kind: fc.constant('pipelined' as const), paths: fc.array(path, { minLength: 2, maxLength: 4 }) }),
    fc.record({
      kind: fc.constantFrom('silent', 'half-head', 'half-body', 'hang', 'slow-reader', 'gone', 'reset', 'noise'),
    }),
  ),
})
type Client = typeof client extends fc.Arbitrary<infer T> ? T : never

const handler =
  (clock: Clock, seen: Set<string>): RequestListener =>
  (request, response) => {
    const [route, id = ''] = (request.url ?? '').split('?')
    seen.add(id)
    request.on('error', () => {})
    response.on('error', () => {})
    if (route === '/now') response.end('now')
    else if (route === '/soon') clock.schedule(25, () => response.end('soon'))
    else if (route === '/upload') request.resume().on('end', () => response.end('stored'))
    else if (route === '/big') response.end(Buffer.alloc(8_000_000))
    else if (route === '/stream') {
      response.write('one')
      clock.schedule(20, () => response.end('two'))
    }
  }

interface Told {
  readonly id: string
  readonly result: RawResult
}

interface Stage {
  readonly clock: Clock
  readonly port: number
}

async function play({ clock, port }: Stage, index: number, { atMs, wireDelayMs, act }: Client): Promise<Told[]> {
  await sleep(clock, atMs)
  const connection = new RawConnection({ clock, host: '127.0.0.1', port, wireDelayMs })
  const told: Told[] = []
  const ask = async (route: string, at: number): Promise<void> => {
    const id = `${index}.${at}`
    const body = route === '/upload' ? { method: 'POST', body: 'x'.repeat(5000) } : {}
    told.push({ id, result: await connection.request({ path: `${route}?${id}`, timeoutMs: 5000, ...body }) })
  }
  if (act.kind === 'in-turn') {
    for (const [at, route] of act.paths.entries()) if (connection.isUsable) await ask(route, at)
  } else if (act.kind === 'pipelined') {
    await Promise.all(act.paths.map((route, at) => ask(route, at)))
  } else if (await connection.connect()) {
    await misbehave(clock, connection, act.kind)
  }
  await sleep(clock, LIMIT_MS)
  connection.close()
  return told
}

async function misbehave(clock: Clock, connection: RawConnection, kind: string): Promise<void> {
  if (kind === 'half-head') connection.send('GET /now HTTP/1.1\r\nHo')
  if (kind === 'half-body') connection.send('POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf')
  if (kind === 'noise') connection.send('\u0016\u0003 what is this?\r\n\r\n')
  if (kind === 'hang' || kind === 'gone' || kind === 'reset') connection.send('GET /hang HTTP/1.1\r\nHost: a\r\n\r\n')
  if (kind === 'slow-reader') {
    connection.pause()
    connection.send('GET /big HTTP/1.1\r\nHost: a\r\n\r\n')
  }
  await sleep(clock, 10)
  if (kind === 'gone') connection.close()
  if (kind === 'reset') connection.reset()
}

test('whatever clients do: no request that the service has seen goes unanswered, and the ledger ends at zero', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(client, { minLength: 1, maxLength: 12 }), async (clients) => {
      // Client, wire, handlers and drain live by one clock: a slow machine makes none of them late.
      const clock = new ManualClock()
      const seen = new Set<string>()
      const { server, port, drain } = await startDrainedServer(handler(clock, seen), {
        drain: { clock, quietMs: DEFAULT_QUIET_MS, lateRequestGraceMs: 20, lingerMs: 40 },
      })
      server.on('clientError', (_, socket) => void socket.destroy())
      const played = Promise.all(clients.map((each, index) => play({ clock, port }, index, each)))
      await passTime(clock, sleep(clock, DRAIN_AT_MS))
      drain.startDraining()
      await passTime(clock, sleep(clock, FINISH_AT_MS - DRAIN_AT_MS))
      const report = await passTime(clock, drain.finish({ limitMs: LIMIT_MS }))
      const { requests, answered, clientGone, cut } = drain.totals
      expect(drain.inFlight).toBe(0)
      expect(drain.connections).toEqual({ open: 0, idle: 0, upgraded: 0 })
      expect(answered + clientGone + cut).toBe(requests)
      expect(report.cutCount).toBe(cut)
      expect(report.clean).toBe(cut === 0)
      const told = (await passTime(clock, played)).flat()
      expect(told.filter(({ id, result }) => result.outcome !== 'answered' && seen.has(id))).toEqual([])
      expect(server.listening).toBe(false)
    }),
    { numRuns: 40, endOnFailure: true },
  )
}, 60_000)
