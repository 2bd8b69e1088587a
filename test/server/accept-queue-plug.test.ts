import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { spawnSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import {
  type AddressInfo,
  connect as connectTcp,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { AcceptQueuePlug } from '../../src/server/accept-queue-plug.ts'
import { closeListener } from '../../src/server/close-listener.ts'
import { isTracingSuppressed } from '../../src/telemetry/context-keys.ts'
import { until } from './start-server.ts'

const isLinux = process.platform === 'linux'

/** Another process that comes, sends at once, and says what became of it by the time it is told to look. */
const COMES = `
const socket = require('node:net').connect({ host: process.argv[1], port: Number(process.argv[2]) })
socket.on('connect', () => { process.stdout.write('connected'); process.exit() })
socket.on('error', (error) => { process.stdout.write(error.code); process.exit() })
setTimeout(() => { process.stdout.write('waits'); process.exit() }, 400)
`

async function listening(
  host = '127.0.0.1',
  more: ListenOptions = {},
): Promise<{ server: Server; port: number; accepted: () => number }> {
  let accepted = 0
  const server = createServer((socket) => {
    accepted++
    socket.on('error', () => {}).resume()
    onTestFinished(() => void socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen({ port: 0, host, ...more }, resolve))
  onTestFinished(() => void server.close())
  return { server, port: (server.address() as AddressInfo).port, accepted: () => accepted }
}

function comesNow(host: string, port: number): string {
  return spawnSync(process.execPath, ['-e', COMES, host, String(port)], { encoding: 'utf8' }).stdout
}

test.runIf(isLinux).each(['127.0.0.1', '0.0.0.0', '::'])(
  'who comes in the very instant of the close of a listener on %s has no connection that could be reset',
  { timeout: 20_000 },
  async (host) => {
    const { server, port, accepted } = await listening(host)
    const outcomes: string[] = []
    expect(comesNow('127.0.0.1', port)).toBe('connected')
    await until(() => accepted() === 1)
    await closeListener(server, systemClock, 60_000, () => {
      outcomes.push(comesNow('127.0.0.1', port))
      server.close()
    })
    expect(outcomes).toEqual(['waits'])
    expect(accepted()).toBe(1)
  },
)

/** Tries once, when the queue is as the caller has made it; how many of ours left it again, too. */
async function tryOnce(server: Server) {
  let ours = 0
  const closed = await AcceptQueuePlug.of(server)?.closePlugged(
    () => server.close(),
    () => void ours++,
  )
  return { closed, ours: () => ours }
}

test.runIf(isLinux)('an empty queue is plugged at the first attempt', async () => {
  const { server, accepted } = await listening()
  expect((await tryOnce(server)).closed).toBe(true)
  expect(server.listening).toBe(false)
  expect(accepted()).toBe(0)
})

test.runIf(isLinux)(
  'a queue that somebody waits in is not plugged, and the service sees them and none of ours',
  async () => {
    const { server, port, accepted } = await listening()
    const visitor = connectTcp({ port, host: '127.0.0.1' })
    onTestFinished(() => void visitor.destroy())
    await inQueue()
    const { closed, ours } = await tryOnce(server)
    expect(closed).toBe(false)
    expect(server.listening).toBe(true)
    await until(() => ours() === 4)
    expect(accepted()).toBe(1)
    // Nothing of it is left: the next one is the service's again.
    expect(comesNow('127.0.0.1', port)).toBe('connected')
    await until(() => accepted() === 2)
    expect(visitor.destroyed).toBe(false)
  },
)

test.runIf(isLinux)(
  'ours that still leave the queue are no quiet: a second attempt finds none of them in it',
  async () => {
    const { server, port, accepted } = await listening()
    let attempts = 0
    const { _handle: handle } = server as Server & { readonly _handle: { listen(backlog: number): number } }
    const listen = handle.listen.bind(handle)
    const visitors: Socket[] = []
    handle.listen = (backlog) => {
      // Somebody comes in the very turn of the first attempt, before ours.
      if (backlog < 511 && attempts++ === 0) visitors.push(connectTcp({ port, host: '127.0.0.1' }))
      return listen(backlog)
    }
    onTestFinished(() => visitors.forEach((visitor) => void visitor.destroy()))
    expect(await closeListener(server, systemClock, 60_000)).toBe(1)
    expect(attempts).toBe(2)
    expect(accepted()).toBe(1)
  },
)

test.runIf(isLinux)('who comes in each attempt is taken in, also in the last for which there is time', async () => {
  const { server, port, accepted } = await listening()
  let resets = 0
  const { _handle: handle } = server as Server & { readonly _handle: { listen(backlog: number): number } }
  const listen = handle.listen.bind(handle)
  let attempts = 0
  handle.listen = (backlog) => {
    if (backlog < 511) {
      attempts++
      const visitor = connectTcp({ port, host: '127.0.0.1' }).on('error', () => void resets++)
      onTestFinished(() => void visitor.destroy())
    }
    return listen(backlog)
  }
  let now = 0
  expect(await closeListener(server, { ...systemClock, now: () => (now += 200) }, 60_000)).toBe(attempts)
  expect(server.listening).toBe(false)
  expect(attempts).toBeGreaterThan(0)
  expect(accepted()).toBe(attempts)
  expect(resets).toBe(0)
})

test.runIf(isLinux)('after a plug that did not hold, the queue takes as many as before', async () => {
  const { server, port } = await listening()
  const visitor = connectTcp({ port, host: '127.0.0.1' })
  await inQueue()
  await tryOnce(server)
  const visitors = Array.from({ length: 20 }, () => connectTcp({ port, host: '127.0.0.1' }))
  onTestFinished(() => [visitor, ...visitors].forEach((each) => void each.destroy()))
  // Before Node has accepted anybody: who has a place in the queue is connected.
  await inQueue()
  expect(visitors.filter(isConnected)).toHaveLength(20)
})

/** Node connects in a tick of its own; this one is behind it, in the same turn. */
function inQueue(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

function isConnected(socket: Socket): boolean {
  const { _handle: handle } = socket as Socket & { readonly _handle: { getpeername(into: object): number } }
  return handle.getpeername({}) === 0
}

test.runIf(isLinux)(
  'a listener that may share its port is closed without connections of ours to the others',
  async () => {
    const other = await listening('127.0.0.1', { reusePort: true })
    for (let closed = 0; closed < 10; closed++) {
      const { server } = await listening('127.0.0.1', { reusePort: true, port: other.port })
      await closeListener(server, systemClock, 60_000)
      expect(server.listening).toBe(false)
    }
    // Behind all of ours, if there were any: who comes last is accepted last.
    expect(comesNow('127.0.0.1', other.port)).toBe('connected')
    await until(() => other.accepted() > 0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(other.accepted()).toBe(1)
  },
)

test.runIf(isLinux).each(['127.0.0.1', '0.0.0.0', '::', '::1'])(
  'on %s a listener with reusePort is never plugged, whether others are there or not; one without always is',
  async (host) => {
    expect(AcceptQueuePlug.of((await listening(host, { reusePort: true })).server)).toBeUndefined()
    expect(AcceptQueuePlug.of((await listening(host)).server)).toBeDefined()
    if (host !== '::') return
    expect(AcceptQueuePlug.of((await listening(host, { reusePort: true, ipv6Only: true })).server)).toBeUndefined()
    expect(AcceptQueuePlug.of((await listening(host, { ipv6Only: true })).server)).toBeDefined()
  },
)

test.runIf(isLinux)('the question whether a listener is alone leaves no socket behind', async () => {
  const servers = [(await listening()).server, (await listening('127.0.0.1', { reusePort: true })).server]
  const before = readdirSync('/proc/self/fd').length
  for (const server of servers) AcceptQueuePlug.of(server)
  expect(readdirSync('/proc/self/fd')).toHaveLength(before)
})

test.runIf(isLinux)('connections of ours are made where nothing is traced, and nothing else is', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const suppressed: boolean[] = []
  // Where the instrumentation of `node:net` begins its spans.
  const note = (): void => void suppressed.push(isTracingSuppressed(context.active()))
  subscribe('net.client.socket', note)
  onTestFinished(() => {
    unsubscribe('net.client.socket', note)
    context.disable()
  })
  const { server, port } = await listening()
  const closed = AcceptQueuePlug.of(server)?.closePlugged(
    () => server.close(),
    () => {},
  )
  connectTcp({ port, host: '127.0.0.1' })
    .on('error', () => {})
    .destroy()
  await closed
  expect(suppressed).toEqual([true, true, true, true, true, false])
})

test('a listener that was handed in, whose queue is somebody else’s too, is left alone, and so is a pipe', async () => {
  const { server } = await listening()
  expect(AcceptQueuePlug.of(server) !== undefined).toBe(isLinux)
  const handedIn = createServer()
  const { _handle: handle } = server as Server & { readonly _handle: object }
  await new Promise<void>((resolve) => handedIn.listen(handle, resolve))
  expect(AcceptQueuePlug.of(handedIn)).toBeUndefined()
  handedIn.close()

  const directory = mkdtempSync(join(tmpdir(), 'seaworthy-plug-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const pipe = createServer()
  await new Promise<void>((resolve) => pipe.listen(join(directory, 'pipe'), resolve))
  expect(AcceptQueuePlug.of(pipe)).toBeUndefined()
  await closeListener(pipe, systemClock, 60_000)
  expect(pipe.listening).toBe(false)
})
