import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { History } from '../../../src/trial/history/history.ts'
import { startProber, type ProberOptions } from '../../../src/trial/ship/prober.ts'
import { startWireServer } from '../../load/wire-server.ts'
import { makeFacts } from '../samples.ts'
import { untilWritten } from './loads/start-loads.ts'

function probe(
  port: number,
  changes: Partial<ProberOptions> & { readonly timeoutMs?: number } = {},
): { history: History; end: () => Promise<void>; trial: AbortController } {
  const { timeoutMs = 1000, ...options } = changes
  const history = new History({ id: 0, voyage: 'test', label: 'test', clock: systemClock, unixMs: () => 0 })
  const facts = makeFacts()
  const { ready, live } = facts.probes
  const trial = new AbortController()
  const probes = {
    ...(ready === undefined ? {} : { ready: { ...ready, timeoutMs } }),
    ...(live === undefined ? {} : { live: { ...live, timeoutMs } }),
  }
  const end = startProber({
    history,
    clock: systemClock,
    facts: { ...facts, probes },
    host: '127.0.0.1',
    port,
    everyMs: 10,
    signal: trial.signal,
    ...options,
  })
  onTestFinished(() => trial.abort())
  return { history, end, trial }
}

const answering =
  (status: string) =>
  (socket: Socket): void =>
    void socket.on('data', () => socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n{"a"}`))

test.each([
  ['200 OK', true],
  ['399 Odd', true],
  ['400 Bad', false],
  ['503 Not ready', false],
])('an answer with %s: success %s, as a kubelet says', async (status, isSuccess) => {
  const { port } = await startWireServer(answering(status))
  const { history, end } = probe(port, { probes: ['ready'] })
  const [event] = await untilWritten(history, 'probe', 1)
  await end()
  expect(event).toMatchObject({ probe: 'ready', path: '/readyz', port, isSuccess, body: '{"a"}' })
  expect(event?.status).toBe(Number(status.slice(0, 3)))
})

test('each probe is asked on a connection of its own, and says what it is', async () => {
  const heard: string[] = []
  const { port } = await startWireServer((socket) => {
    socket.on('data', (bytes) => heard.push(String(bytes)))
    answering('200 OK')(socket)
  })
  const { history, end } = probe(port)
  await untilWritten(history, 'probe', 2, (event) => event.probe === 'live')
  await untilWritten(history, 'probe', 2, (event) => event.probe === 'ready')
  await end()
  expect(heard.length).toBe(history.soFar('probe').length)
  expect(heard[0]).toMatch(/^GET \/(readyz|livez) HTTP\/1.1\r\n.*User-Agent: kube-probe\/.*Connection: close\r\n\r\n$/s)
})

test('a service that is not there fails its probes', async () => {
  const { history, end } = probe(1)
  const [event] = await untilWritten(history, 'probe', 1)
  await end()
  expect(event?.isSuccess).toBe(false)
  expect(event?.status).toBeUndefined()
})

test('a service that hangs has twenty waiting, each fails at the limit of the probe, and the beat goes on then', async () => {
  let count = 0
  const { port } = await startWireServer(() => count++)
  const { history, end } = probe(port, { probes: ['live'], timeoutMs: 600 })
  const [first] = await untilWritten(history, 'probe', 1)
  // One beat each 10 ms would have been sixty.
  expect(count).toBeLessThanOrEqual(21)
  expect(count).toBeGreaterThan(5)
  await untilWritten(history, 'probe', 21)
  await end()
  expect(first?.isSuccess).toBe(false)
  expect((first?.at ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThan(590)
})

test('an answer after the limit is no success', async () => {
  const { port } = await startWireServer((socket) =>
    socket.on('data', () => setTimeout(() => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 100)),
  )
  const { history, end } = probe(port, { probes: ['ready'], timeoutMs: 50 })
  const [event] = await untilWritten(history, 'probe', 1)
  await end()
  expect(event?.isSuccess).toBe(false)
})

test('a probe that the service does not have is left out, and another port than that of the service is kept', async () => {
  const { port } = await startWireServer(answering('200 OK'))
  const facts = makeFacts()
  const { ready } = facts.probes
  const { history, end } = probe(1, {
    probes: ['startup', 'ready'],
    facts: makeFacts({ probes: ready === undefined ? {} : { ready: { ...ready, port } } }),
  })
  const [event] = await untilWritten(history, 'probe', 1)
  await end()
  expect(event).toMatchObject({ probe: 'ready', port, isSuccess: true })
})

test('when the trial is given up, probes end at once and are not written down', async () => {
  const { port } = await startWireServer(() => {})
  const { history, end, trial } = probe(port, { timeoutMs: 60_000 })
  trial.abort()
  await end()
  expect(history.soFar('probe')).toEqual([])
})
