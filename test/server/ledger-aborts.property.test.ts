import { randomInt } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'
import { signalOf } from '../../src/server/request-signal.ts'
import { until } from './start-server.ts'

const CLIENTS = 10_000
const AT_ONCE = 64
/** More than the kernel takes for a client that does not read. */
const BIG = Buffer.alloc(6 * 1024 * 1024)

const get = (path: string, ...headers: string[]): string =>
  `${[`GET ${path} HTTP/1.1`, 'Host: a', ...headers].join('\r\n')}\r\n\r\n`
const post = (...headers: string[]): string =>
  `${['POST /upload HTTP/1.1', 'Host: a', ...headers].join('\r\n')}\r\n\r\n`
const upgrade = (path: string): string => get(path, 'Connection: Upgrade', 'Upgrade: websocket')

/** What clients put on the wire before they go away; one that sends more than one piece waits for bytes in between. */
const TALKS: Readonly<Record<string, readonly string[]>> = {
  waiting: [get('/hang')],
  'half-sent head': ['GET /hang HTTP/1.1\r\nHo'],
  'half-sent body': [`${post('Content-Length: 9')}half`],
  'half-sent chunk': [`${post('Transfer-Encoding: chunked', 'Trailer: X-Sum')}4\r\nabcd\r\nff\r\nab`],
  'no trailers yet': [`${post('Transfer-Encoding: chunked', 'Trailer: X-Sum')}4\r\nabcd\r\n0\r\nX-S`],
  pipelined: [get('/now') + get('/hang') + get('/now') + get('/big')],
  'pipelined, the first hangs': [get('/hang') + get('/now') + get('/events')],
  'kept alive, idle': [get('/now'), get('/now')],
  'kept alive, waiting': [get('/now'), get('/soon'), get('/hang')],
  '100-continue, no body': [post('Content-Length: 9', 'Expect: 100-continue')],
  '100-continue, half a body': [post('Content-Length: 9', 'Expect: 100-continue'), 'half'],
  'an expectation that nobody meets': [post('Content-Length: 9', 'Expect: magic')],
  upgraded: [upgrade('/echo'), 'word'],
  'upgrade unanswered': [upgrade('/silent')],
  tunnel: ['CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n', 'word'],
  events: [get('/events')],
  'half an answer': [get('/half')],
  'slow reader': [get('/big')],
  'HTTP/1.0': ['GET /soon HTTP/1.0\r\n\r\n'],
  head: ['HEAD /soon HTTP/1.1\r\nHost: a\r\n\r\n'],
  'not modified': [get('/not-modified', 'If-None-Match: "1"')],
  'a handler that gives up': [get('/destroy')],
  noise: ['\u0016\u0003 what is this?\r\n\r\n'],
  silent: [],
}

const client = fc.record({
  talk: fc.constantFrom(...Object.keys(TALKS)),
  /** How it goes; in the middle of what it says, or when it has said everything. */
  goes: fc.constantFrom<'reset' | 'destroy' | 'end'>('reset', 'destroy', 'end'),
  pieces: fc.integer({ min: 0, max: 3 }),
  reads: fc.boolean(),
  turns: fc.integer({ min: 0, max: 6 }),
})
type Client = typeof client extends fc.Arbitrary<infer T> ? T : never

const handler: RequestListener = (request, response) => {
  request.on('error', () => {})
  response.on('error', () => {})
  const path = request.url ?? ''
  // Half of the handlers look at their signal, as they would.
  if (request.rawHeaders.length % 4 === 0) signalOf(request)
  if (path === '/now') response.end('now')
  else if (path === '/soon') setImmediate(() => response.end('soon'))
  else if (path === '/upload') request.resume().on('end', () => response.end(JSON.stringify(request.trailers)))
  else if (path === '/big') response.end(BIG)
  else if (path === '/half') response.write('half')
  else if (path === '/not-modified') response.writeHead(304).end()
  else if (path === '/destroy') response.destroy()
  else if (path === '/events') response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
}

function onUpgrade(path: string, socket: Socket): void {
  socket.on('error', () => {})
  if (path === '/silent') socket.resume().on('end', () => socket.end())
  else {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.on('data', (bytes) => socket.write(bytes)).on('end', () => socket.end())
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Plays one client to its end; resolves when its socket is gone. */
async function play(port: number, { talk, goes, pieces, reads, turns }: Client): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1' })
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  if (reads) socket.resume()
  else socket.pause()
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve)
    void gone.then(resolve)
  })
  for (const [at, piece] of (TALKS[talk] ?? []).slice(0, Math.max(1, pieces)).entries()) {
    if (at > 0) await turn()
    socket.write(piece)
  }
  for (let count = 0; count < turns; count++) await turn()
  if (goes === 'reset') socket.resetAndDestroy()
  else if (goes === 'destroy') socket.destroy()
  else {
    socket.end()
    socket.resume()
    // The other side may have reason to go on: a hanging handler does not end because its client has.
    for (let count = 0; count < 50 && !socket.destroyed; count++) await turn()
    socket.destroy()
  }
  await gone
}

async function playAll(port: number, clients: readonly Client[]): Promise<void> {
  let next = 0
  const playNext = async (): Promise<void> => {
    for (let each = clients[next++]; each !== undefined; each = clients[next++]) await play(port, each)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, playNext))
}

/** The real time, which knows how many calls are still waiting. */
class CountingClock implements Clock {
  readonly pending = new Set<() => void>()

  now(): number {
    return systemClock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const cancel = systemClock.schedule(delayMs, () => {
      this.pending.delete(cancel)
      callback()
    })
    this.pending.add(cancel)
    return () => {
      this.pending.delete(cancel)
      cancel()
    }
  }
}

/** Sockets and listeners that the process has, of whichever side. */
const openHandles = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length

test(
  'after ten thousand requests that were aborted in every way the ledger is at zero, and no socket, timer or listener is left',
  { timeout: 180_000 },
  async () => {
    const seed = randomInt(2 ** 31)
    console.info(`ledger-aborts: seed ${seed}`)
    const clients = fc.sample(client, { numRuns: CLIENTS, seed })
    const handlesBefore = openHandles()
    const clock = new CountingClock()
    const server = createServer(handler)
    server.on('upgrade', (request, socket) => onUpgrade(request.url ?? '', socket as Socket))
    server.on('connect', (_, socket) => onUpgrade('/echo', socket as Socket))
    server.on('clientError', (_, socket) => void socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const shape = (): Record<string, number> =>
      Object.fromEntries(server.eventNames().map((name) => [String(name), server.listenerCount(name)]))
    const shapeBefore = shape()
    const drain = trackHttpServer(server, { clock, name: 'aborts' })

    // Half of them in ordinary operation, half while it drains.
    await playAll(port, clients.slice(0, CLIENTS / 2))
    await until(() => drain.inFlight === 0 && drain.connections.open === 0)
    const { requests, answered, clientGone, cut, upgraded } = drain.totals
    expect(answered + clientGone, `seed ${seed}`).toBe(requests)
    expect(cut).toBe(0)
    // The generator is worth something only if it does all of these.
    for (const count of [requests, answered, clientGone, upgraded]) expect(count).toBeGreaterThan(300)
    expect(clock.pending.size).toBe(0)

    drain.startDraining({ spreadMs: 20 })
    await playAll(port, clients.slice(CLIENTS / 2))
    const report = await drain.finish({ limitMs: 60_000 })
    expect(report, `seed ${seed}`).toMatchObject({ clean: true, cutCount: 0 })
    expect(drain.inFlight).toBe(0)
    expect(drain.openWork()).toEqual([])
    expect(drain.connections).toEqual({ open: 0, idle: 0, upgraded: 0 })
    const totals = drain.totals
    expect(totals.answered + totals.clientGone).toBe(totals.requests)
    expect(clock.pending.size).toBe(0)
    expect(shape()).toEqual(shapeBefore)
    expect(Object.getOwnPropertyNames(server)).not.toContain('emit')
    await until(() => openHandles() === handlesBefore)
  },
)

test('a kept-alive connection gathers no listeners, however many requests it carries and whoever asks for their signal', async () => {
  const counts: number[] = []
  const server = createServer((request, response) => {
    signalOf(request)
    counts.push(request.socket.eventNames().reduce((sum, name) => sum + request.socket.listenerCount(name), 0))
    response.end('ok')
  })
  const drain = trackHttpServer(server, { clock: systemClock, name: 'kept' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  for (let count = 1; count <= 200; count++) {
    socket.write(get('/now'))
    await new Promise((resolve) => socket.once('data', resolve))
  }
  socket.destroy()
  await drain.finish({ limitMs: 60_000 })
  expect(counts).toHaveLength(200)
  expect(new Set(counts.slice(1))).toEqual(new Set([counts[1]]))
})
