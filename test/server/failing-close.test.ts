import { createServer as createHttp } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2'
import { connect as connectTcp, createServer as createNet, type Server } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { trackServer } from '../../src/server/track-server.ts'
import type { TrackableServer } from '../../src/server/server-drain.ts'
import { secureServer } from './start-http2.ts'
import { gate, until } from './start-server.ts'

const FAILS = 'the application can not close it'

/** A server on which an application has put a `close()` of its own, one that fails. */
async function startFailing<S extends Server & TrackableServer>(server: S) {
  const drain = trackServer(server, { clock: systemClock, name: 'web' })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = server.close.bind(server)
  let attempts = 0
  server.close = () => {
    attempts++
    throw new Error(FAILS)
  }
  onTestFinished(() => void close())
  const { port } = server.address() as { port: number }
  /** Whether the end is still waited for some turns after `count` attempts to close. */
  const isWaitedFor = async (finished: Promise<unknown>, count = 1): Promise<boolean> => {
    let isWaiting = true
    finished.catch(() => (isWaiting = false))
    await until(() => attempts === count)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    return isWaiting
  }
  return { drain, port, server, isWaitedFor }
}

test('HTTP/1.1: who is in flight is answered all the same, and then it is told that the close has failed', async () => {
  const answer = gate()
  const { drain, port, isWaitedFor } = await startFailing(
    createHttp((_, response) => void answer.opened.then(() => response.end('done'))),
  )
  const asked = fetch(`http://127.0.0.1:${port}`)
  await until(() => drain.inFlight === 1)
  const finished = drain.finish({ limitMs: 60_000 })
  expect(await isWaitedFor(finished)).toBe(true)
  answer.open()
  await expect(finished).rejects.toThrow(FAILS)
  const response = await asked
  expect(await response.text()).toBe('done')
  expect(response.headers.get('connection')).toBe('close')
})

test('it takes nobody’s place in the accept queue, and listens to nothing on the server afterwards', async () => {
  let seen = 0
  const { drain, port, server } = await startFailing(createHttp((_, response) => response.end('still here')))
  server.on('connection', () => seen++)
  const listeners = server.listenerCount('drop')
  await expect(drain.finish({ limitMs: 60_000 })).rejects.toThrow(FAILS)
  expect(server.listenerCount('drop')).toBe(listeners)
  expect(await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })).text()).toBe(
    'still here',
  )
  // That one alone: none of those with which the queue was filled.
  expect(seen).toBe(1)
})

test('HTTP/2: likewise', async () => {
  const answer = gate()
  const { drain, port, isWaitedFor } = await startFailing(
    createHttp2((_, response) => void answer.opened.then(() => response.end('done'))) as never,
  )
  const session = connectHttp2(`http://127.0.0.1:${port}`).on('error', () => {})
  onTestFinished(() => session.destroy())
  const stream = session.request({ ':path': '/' })
  await until(() => drain.inFlight === 1)
  const finished = drain.finish({ limitMs: 60_000 })
  expect(await isWaitedFor(finished)).toBe(true)
  answer.open()
  await expect(finished).rejects.toThrow(FAILS)
  await once(stream.resume(), 'end')
  expect(stream.rstCode).toBe(0)
})

test('HTTP/2 with TLS: both of its drains end, and nothing is left unhandled', async () => {
  const answer = gate()
  const { drain, port, isWaitedFor } = await startFailing(
    secureServer((_, response) => void answer.opened.then(() => response.end('done'))) as never,
  )
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false }).on('error', () => {})
  onTestFinished(() => session.destroy())
  const stream = session.request({ ':path': '/' })
  await until(() => drain.inFlight === 1)
  const finished = drain.finish({ limitMs: 60_000 })
  // Each of the two has tried.
  expect(await isWaitedFor(finished, 2)).toBe(true)
  answer.open()
  await expect(finished).rejects.toThrow(FAILS)
  expect(drain.inFlight).toBe(0)
  expect(stream.rstCode).toBe(0)
})

test('TCP: connections end in order all the same', async () => {
  const { drain, port } = await startFailing(createNet((socket) => socket.on('error', () => {}).resume()))
  const socket = connectTcp(port, '127.0.0.1').on('error', () => {})
  await until(() => drain.inFlight === 1)
  const ended = once(socket.resume(), 'end')
  await expect(drain.finish({ limitMs: 60_000 })).rejects.toThrow(FAILS)
  await ended
  expect(drain.inFlight).toBe(0)
})
