import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RequestJournal } from '../../src/load/request-journal.ts'
import { runSteadyClient, type SteadyClientOptions } from '../../src/load/steady-client.ts'
import { openConnection, startWireServer } from './wire-server.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LAST = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'

function steady(
  port: number,
  more: Pick<SteadyClientOptions, 'onRefused'> & Partial<SteadyClientOptions>,
): { readonly journal: RequestJournal; readonly done: Promise<void>; readonly stop: () => void } {
  const journal = new RequestJournal(systemClock)
  const stop = new AbortController()
  const done = runSteadyClient({
    clock: systemClock,
    journal,
    name: 'client 1',
    connect: () => openConnection(port),
    request: { path: '/' },
    signal: stop.signal,
    pauseAfterFailureMs: 1,
    ...more,
  })
  return { journal, done, stop: () => stop.abort() }
}

test('the next request goes out when the last is answered, on the same connection', async () => {
  let connections = 0
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  let answered = 0
  const { port } = await startWireServer((socket) => {
    connections++
    socket.on('data', () => {
      socket.write(OK)
      if (++answered === 10) resolve()
    })
  })
  const { journal, done, stop } = steady(port, { onRefused: 'gone' })
  await enough
  stop()
  await done
  expect(connections).toBe(1)
  expect(journal.entries.map(({ result }) => result?.outcome)).toEqual(journal.entries.map(() => 'answered'))
  expect(journal.inFlight).toBe(0)
})

test('after Connection: close it goes on, on a new connection', async () => {
  let connections = 0
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const { port } = await startWireServer((socket) => {
    if (++connections === 3) resolve()
    socket.on('data', () => socket.end(LAST))
  })
  const { journal, done, stop } = steady(port, { onRefused: 'gone' })
  await enough
  stop()
  await done
  expect(journal.entries.every(({ result }) => result?.outcome === 'answered' && result.reuse === 0)).toBe(true)
})

test('a request that is lost is not sent again: the server sees each once', async () => {
  const seen: string[] = []
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const { port } = await startWireServer((socket) => {
    socket.on('data', (bytes) => {
      seen.push(bytes.toString('latin1'))
      if (seen.length === 4) resolve()
      socket.resetAndDestroy()
    })
  })
  const { journal, done, stop } = steady(port, { onRefused: 'gone' })
  await enough
  stop()
  await done
  expect(seen).toHaveLength(journal.entries.length)
  expect(journal.entries.map(({ result }) => result?.outcome)).toEqual(seen.map(() => 'reset-fresh'))
})

test('a refused connection ends a client that has somewhere else to go', async () => {
  const { port, server } = await startWireServer(() => {})
  await new Promise((resolve) => server.close(resolve))
  const { journal, done } = steady(port, { onRefused: 'gone' })
  await done
  expect(journal.entries.map(({ result }) => result?.outcome)).toEqual(['refused'])
})

test('a client that tries again goes on through refusals until it is told to stop', async () => {
  const { port, server } = await startWireServer(() => {})
  await new Promise((resolve) => server.close(resolve))
  let attempts = 0
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const { journal, done, stop } = steady(port, {
    onRefused: 'try-again',
    connect: () => {
      if (++attempts === 5) resolve()
      return openConnection(port)
    },
  })
  await enough
  stop()
  await done
  expect(journal.entries.length).toBeGreaterThanOrEqual(5)
  expect(journal.entries.every(({ result }) => result?.outcome === 'refused')).toBe(true)
})
