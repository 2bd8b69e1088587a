import { createServer, type Server } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import { closeListener } from '../../src/server/close-listener.ts'
import { bindForTest, until } from './start-server.ts'

function connectMany(port: number, count: number) {
  let resets = 0
  for (let made = 0; made < count; made++) {
    const socket = connectTcp({ port, host: '127.0.0.1' }).on('error', () => void resets++)
    onTestFinished(() => void socket.destroy())
  }
  return { resets: () => resets }
}

test('connections in the accept queue are taken in, and the listener is closed', async () => {
  const { server, port, accepted } = await bindForTest(createServer())
  const { resets } = connectMany(port, 30)
  expect(await closeListener(server, systemClock, 60_000)).toBe(30)
  expect(server.listening).toBe(false)
  expect(accepted).toHaveLength(30)
  expect(resets()).toBe(0)
})

test('connections beyond the maximum of the server do not end the emptying of the queue', async () => {
  const { server, port, accepted } = await bindForTest(createServer())
  server.maxConnections = 10
  connectMany(port, 30)
  expect(await closeListener(server, systemClock, 60_000)).toBe(30)
  expect(accepted).toHaveLength(10)
})

test('without time it closes at once', async () => {
  const { server, port } = await bindForTest(createServer())
  const { resets } = connectMany(port, 5)
  expect(await closeListener(server, systemClock, 0)).toBe(0)
  await until(() => resets() === 5)
  expect(server.listening).toBe(false)
})

test('who waits in the queue is taken in by a process that stood still for all of the time, too', async () => {
  const { server, port } = await bindForTest(createServer())
  const { resets } = connectMany(port, 30)
  let now = 0
  const afterAStandstill: Clock = { ...systemClock, now: () => (now += 10_000) }
  expect(await closeListener(server, afterAStandstill, 5000)).toBe(30)
  expect(server.listening).toBe(false)
  expect(resets()).toBe(0)
})

test('what the owner of the server has put in the place of closeIdleConnections is there again, and was not called', async () => {
  let calls = 0
  const own = (): void => void calls++
  const { server } = await bindForTest(createServer())
  server.closeIdleConnections = own
  await closeListener(server, systemClock, 60_000)
  expect(calls).toBe(0)
  server.closeIdleConnections()
  expect(calls).toBe(1)

  const plain: Server = (await bindForTest(createServer())).server
  await closeListener(plain, systemClock, 60_000)
  expect(Object.hasOwn(plain, 'closeIdleConnections')).toBe(false)
})
