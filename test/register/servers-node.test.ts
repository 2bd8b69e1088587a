import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { silentLog } from '../../src/core/log.ts'
import { ServersNode } from '../../src/register/servers-node.ts'

function startNode(): ServersNode {
  return new ServersNode({ clock: systemClock, log: silentLog, drainDelayMs: () => 0 })
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('without a server it is no listener: nobody has to notice that the process goes', async () => {
  const node = startNode()
  expect(node.kind).toBe('resource')
  const server = createServer()
  const url = await listen(server)
  node.add(server)
  node.add(server)
  expect([node.kind, node.urls]).toEqual(['listener', [url]])
  server.close()
  await once(server, 'close')
  expect([node.kind, node.urls]).toEqual(['resource', []])
})

test('a server that is told to listen again before its end was told is still known', async () => {
  const node = startNode()
  const server = createServer()
  await listen(server)
  node.add(server)
  server.close()
  // Without a host it is bound at once.
  server.listen(0)
  node.add(server)
  await once(server, 'close')
  expect(node.urls).toEqual([`http://127.0.0.1:${(server.address() as AddressInfo).port}`])
  await node.finish({ limitMs: 1000, signal: new AbortController().signal })
  expect(server.listening).toBe(false)
})

test('a server that comes while the others end is ended, too', async () => {
  const node = startNode()
  node.announce()
  await node.finish({ limitMs: 1000, signal: new AbortController().signal })
  const server = createServer()
  await listen(server)
  node.add(server)
  await once(server, 'close')
  expect(server.listening).toBe(false)
})

async function nodeWithOpenRequest(): Promise<{
  node: ServersNode
  server: Server
  url: string
  answer: Promise<unknown>
}> {
  const arrived = Promise.withResolvers<void>()
  const server = createServer(() => arrived.resolve())
  const url = await listen(server)
  const node = startNode()
  node.add(server)
  const answer = fetch(`${url}/report`).catch(() => 'cut')
  await arrived.promise
  return { node, server, url, answer }
}

test('an event loop that is blocked until the slice is over costs no name of what was cut', async () => {
  const { node, url, answer } = await nodeWithOpenRequest()
  const limitMs = 400
  const told = new Promise((resolve) => {
    systemClock.schedule(limitMs, () => resolve([node.aborted(), node.figures()]))
  })
  const finished = node.finish({ limitMs, signal: new AbortController().signal })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, limitMs * 2)
  expect(await told).toEqual([[expect.stringContaining(`${url}: GET /report after `)], { cut: 1 }])
  await finished
  expect(node.aborted()).toEqual([expect.stringContaining(`${url}: GET /report after `)])
  expect(node.figures()).toMatchObject({ requests: 1, cut: 1 })
  expect(await answer).toBe('cut')
})

test('a server whose end fails is named with its work, and the others end all the same', async () => {
  const { node, server, url, answer } = await nodeWithOpenRequest()
  const other = createServer()
  await listen(other)
  node.add(other)
  Object.defineProperty(server, 'listening', {
    configurable: true,
    get() {
      throw new Error('it is not known whether it listens')
    },
  })
  await expect(node.finish({ limitMs: 1000, signal: new AbortController().signal })).rejects.toThrow(
    'it is not known whether it listens',
  )
  expect(node.aborted()).toEqual([
    expect.stringContaining(`${url}: GET /report after `),
    `${url}: its end failed: it is not known whether it listens`,
  ])
  expect(node.figures()).toMatchObject({ cut: 1 })
  expect(other.listening).toBe(false)
  Reflect.deleteProperty(server, 'listening')
  server.closeAllConnections()
  expect(await answer).toBe('cut')
})
