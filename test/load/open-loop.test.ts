import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { type LoadOptions, runLoad } from '../../src/load/open-loop.ts'
import { answering, startWireServer } from './wire-server.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LAST = 'HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'

function load(port: number, options: Partial<LoadOptions>) {
  return runLoad({
    clock: systemClock,
    host: '127.0.0.1',
    port,
    arrivals: { perSecond: 500 },
    maxConnections: 5,
    nextRequest: () => ({ path: '/' }),
    ...options,
  })
}

test('sends as many requests as asked for over kept-alive connections, and counts every one', async () => {
  const { port } = await startWireServer(answering(OK))
  const seen: number[] = []
  const figures = await load(port, { requestCount: 50, onResult: (_, index) => seen.push(index) })
  expect(figures).toMatchObject({ sent: 50, answered: 50, failed: {}, failedCount: 0, refused: 0, notSent: 0 })
  expect(figures.byStatus).toEqual({ 200: 50 })
  expect(figures.stoppedBy).toBe('count')
  expect(figures.connectionsOpened).toBeLessThanOrEqual(5)
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
  expect(figures.latency.p50Ms).toBeGreaterThan(0)
  expect(figures.latency.maxMs).toBeGreaterThanOrEqual(figures.latency.p99Ms)
})

test('obeys Connection: close by opening a new connection, which is no failure', async () => {
  const { port } = await startWireServer(answering(LAST))
  const figures = await load(port, { requestCount: 10 })
  expect(figures).toMatchObject({ answered: 10, failedCount: 0, saidClose: 10, connectionsOpened: 10 })
  expect(figures.byStatus).toEqual({ 503: 10 })
})

test('stops when the listener has closed: a refused connection was no request', async () => {
  const { port, server } = await startWireServer((socket) =>
    socket.on('data', () => {
      socket.write(LAST)
      server.close()
    }),
  )
  const figures = await load(port, { arrivals: { inFlight: 1 } })
  expect(figures).toMatchObject({ sent: 1, answered: 1, failedCount: 0, refused: 1, stoppedBy: 'listener-closed' })
})

test('every kind of failure is counted by its name', async () => {
  let count = 0
  const { port } = await startWireServer((socket: Socket) =>
    socket.on('data', () => {
      count++
      if (count === 1) socket.write(OK)
      else if (count === 2) socket.resetAndDestroy()
      else if (count === 3) socket.resetAndDestroy()
      else if (count === 4) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal')
      else if (count === 5) socket.end('what?\r\n\r\n')
    }),
  )
  const figures = await load(port, {
    arrivals: { inFlight: 1 },
    maxConnections: 1,
    requestCount: 6,
    nextRequest: () => ({ path: '/', timeoutMs: 500 }),
  })
  expect(figures).toMatchObject({ sent: 6, answered: 1, failedCount: 5 })
  expect(figures.failed).toEqual({ 'reset-reused': 1, 'reset-fresh': 1, truncated: 1, malformed: 1, timeout: 1 })
})

test('requests that are due while every connection is busy wait, and what never got one was not sent', async () => {
  const { port } = await startWireServer(() => {})
  const stop = new AbortController()
  const run = load(port, {
    maxConnections: 2,
    arrivals: { inFlight: 5 },
    signal: stop.signal,
    nextRequest: () => ({ path: '/', timeoutMs: 100 }),
    onResult: () => stop.abort(),
  })
  expect(await run).toMatchObject({ sent: 2, answered: 0, failed: { timeout: 2 }, notSent: 3, stoppedBy: 'signal' })
})

test('a constant number in flight is kept in flight until the time is over', async () => {
  const { port } = await startWireServer(answering(OK))
  const figures = await load(port, { arrivals: { inFlight: 3 }, durationMs: 100 })
  expect(figures).toMatchObject({ stoppedBy: 'duration', failedCount: 0, notSent: 0 })
  expect(figures.connectionsOpened).toBe(3)
  expect(figures.answered).toBe(figures.sent)
})

test('a run that is called off before it begins sends nothing', async () => {
  const { port } = await startWireServer(answering(OK))
  expect(await load(port, { signal: AbortSignal.abort() })).toMatchObject({ sent: 0, stoppedBy: 'signal' })
})
