import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Socket } from 'node:net'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../../src/core/manual-clock.ts'
import { isTracingSuppressed } from '../../../../src/telemetry/context-keys.ts'
import { SynBlackhole } from '../../../../src/receiver/syn-blackhole.ts'
import { closedPort } from '../../telemetry-fixture.ts'
import { started } from '../../../receiver/started-receiver.ts'
import { http, opened, PROTOCOL_NAMES, PROTOCOLS, rawServer } from './transport-fixture.ts'

/** Sockets of this process that the event loop still knows. */
const openSockets = (): number => process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS)/.test(name)).length

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test.for(PROTOCOL_NAMES)('over %s, an idle connection does not keep the process alive', async (protocol) => {
  await using receiver = await started()
  using opening = await opened(PROTOCOLS[protocol](receiver.port))
  for (let round = 0; round < 3; round++) {
    await opening.send()
    await turns(20)
    // One is the listener, one the receiver's end.
    expect(openSockets()).toBe(2)
  }
})

test.for(PROTOCOL_NAMES)(
  'over %s, close() leaves no socket behind, even when the other end never lets go',
  async (protocol) => {
    await turns(20)
    const before = openSockets()
    const ends: Socket[] = []
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      ends.push(socket)
      socket.on('error', () => {})
      socket.resume()
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as { port: number }
    using opening = await opened(PROTOCOLS[protocol](port))
    const isHere = new Promise((resolve) => server.once('connection', resolve))
    const sending = opening.send()
    await isHere
    opening.transport.close()
    expect(await sending).toMatchObject({ kind: 'retry' })
    await turns(20)
    // The listener and the other end.
    expect(openSockets() - before).toBeLessThanOrEqual(2)
    for (const end of ends) end.destroy()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  },
)

test.for(PROTOCOL_NAMES)(
  'over %s, failures of every kind, many times over, leave no socket and no timer',
  async (protocol) => {
    const clock = new ManualClock()
    await turns(20)
    const before = openSockets()
    {
      await using reset = await rawServer((socket) => socket.resetAndDestroy())
      await using hangsUp = await rawServer((socket) => socket.end())
      await using garbage = await rawServer((socket) => socket.write('\0garbage\r\n\r\n'))
      const nobody = await closedPort()
      for (let round = 0; round < 20; round++) {
        for (const port of [reset.port, hangsUp.port, garbage.port, nobody]) {
          using opening = await opened(PROTOCOLS[protocol](port), { clock })
          const outcomes = await Promise.all([opening.send(), opening.send()])
          expect(outcomes.map(({ kind }) => kind)).toEqual(['retry', 'retry'])
        }
      }
    }
    await turns(20)
    expect(openSockets()).toBe(before)
    expect(clock.pending).toBe(0)
  },
)

test.for(PROTOCOL_NAMES)('over %s, the limit holds where packets are thrown away', async (protocol) => {
  const clock = new ManualClock()
  const port = await closedPort()
  const blackhole = await SynBlackhole.at({ address: '127.0.0.1', family: 'IPv4', port })
  using opening = await opened(PROTOCOLS[protocol](port), { clock })
  const sending = opening.send({ timeoutMs: 3000 })
  await turns(20)
  await clock.advance(3000)
  expect(await sending).toEqual({
    kind: 'retry',
    reason: `connecting to 127.0.0.1:${port} took longer than the 3000 ms of the attempt`,
  })
  await blackhole.end()
})

test('what is sent is not traced, and keeps nothing of the request that filled the batch', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const suppressed: boolean[] = []
  const requests = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const look = (): void => {
    suppressed.push(isTracingSuppressed(context.active()))
    seen.push(requests.getStore())
  }
  const channels = ['http.client.request.created', 'http2.client.stream.created', 'net.client.socket']
  for (const channel of channels) subscribe(channel, look)
  try {
    await using receiver = await started()
    for (const protocol of PROTOCOL_NAMES) {
      using opening = await opened(PROTOCOLS[protocol](receiver.port))
      expect(await requests.run('a request', () => opening.send())).toEqual({ kind: 'delivered' })
    }
  } finally {
    for (const channel of channels) unsubscribe(channel, look)
    context.disable()
  }
  expect(suppressed).toEqual([true, true, true, true])
  expect(seen).toEqual([undefined, undefined, undefined, undefined])
})

test('proxies that Node itself is told to use change nothing', async () => {
  await using receiver = await started()
  await using proxy = await rawServer((socket) => socket.end())
  const { NODE_USE_ENV_PROXY, http_proxy } = process.env
  process.env['NODE_USE_ENV_PROXY'] = '1'
  process.env['http_proxy'] = `http://127.0.0.1:${proxy.port}`
  try {
    using opening = await opened(http(receiver.port))
    expect(await opening.send()).toEqual({ kind: 'delivered' })
  } finally {
    restore('NODE_USE_ENV_PROXY', NODE_USE_ENV_PROXY)
    restore('http_proxy', http_proxy)
  }
  expect(proxy.sockets).toEqual([])
})

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
