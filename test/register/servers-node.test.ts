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
