import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { freePort } from '../../src/process/free-port.ts'
import { waitForPort } from '../../src/process/wait-for-port.ts'

const HOST = '127.0.0.1'

test('true as soon as somebody listens, also when that is later', async () => {
  const port = await freePort()
  const waiting = waitForPort({ clock: systemClock, host: HOST, port, limitMs: 20_000 })
  const server = createServer((socket) => socket.destroy())
  onTestFinished(() => void server.close())
  server.listen(port, HOST)
  expect(await waiting).toBe(true)
})

test('false when nobody listens within the limit', async () => {
  const port = await freePort()
  expect(await waitForPort({ clock: systemClock, host: HOST, port, limitMs: 50 })).toBe(false)
})

test('false at once when the wait is given up', async () => {
  const port = await freePort()
  const signal = AbortSignal.abort()
  expect(await waitForPort({ clock: systemClock, host: HOST, port, limitMs: 600_000, signal })).toBe(false)
})
