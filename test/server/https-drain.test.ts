import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import type { HttpDrainOptions } from '../../src/server/http-drain-options.ts'
import { trackHttpServer } from '../../src/server/http-drain.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'
import { bindForTest, gate, until } from './start-server.ts'

const TLS = { rejectUnauthorized: false }
const certificate = selfSignedCertificate()

async function startSecureServer(handler: RequestListener, options: Partial<HttpDrainOptions> = {}) {
  const server = createServer(certificate, handler)
  const drain = trackHttpServer(server, { clock: systemClock, name: 'secure', quietMs: 0, ...options })
  const { port, accepted, connect } = await bindForTest(server)
  return { server, drain, port, accepted, connect: () => connect({ tls: TLS }) }
}

test('over TLS a connection is counted once, from before the handshake to its end', async () => {
  const { drain, connect, port } = await startSecureServer((_, response) => void response.end('ok'))
  const raw = connectTcp({ port, host: '127.0.0.1' })
  onTestFinished(() => void raw.destroy())
  await until(() => drain.connections.open === 1)
  const client = connect()
  expect(await client.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: false })
  expect(drain.connections).toEqual({ open: 2, idle: 2, upgraded: 0 })
  client.close()
  raw.destroy()
  await until(() => drain.connections.open === 0)
  expect(drain.totals).toEqual({ requests: 1, answered: 1, clientGone: 0, cut: 0, upgraded: 0 })
})

test('over TLS the drain says close, answers what is in flight and what comes in time, and closes the idle', async () => {
  const answer = gate()
  const { server, drain, connect } = await startSecureServer((request, response) => {
    if (request.url === '/slow') void answer.opened.then(() => response.end('slow'))
    else response.end('ok')
  })
  const [busy, idle, late] = [connect(), connect(), connect()]
  await idle.request({ path: '/' })
  await late.request({ path: '/' })
  const slow = busy.request({ path: '/slow' })
  await until(() => drain.inFlight === 1)
  const finished = drain.finish({ limitMs: 60_000 })
  await until(() => !server.listening)
  expect(await late.request({ path: '/' })).toMatchObject({ outcome: 'answered', saidClose: true })
  answer.open()
  expect(await slow).toMatchObject({ outcome: 'answered', saidClose: true })
  expect(await finished).toMatchObject({ clean: true, cutCount: 0, figures: { idleClosed: 1 } })
})

test('a client that never makes its handshake is silent, one that stops in the middle of it is stalled', async () => {
  const clock = new ManualClock()
  const { server, drain, port, accepted } = await startSecureServer(() => {}, { clock })
  const ends: Promise<string>[] = []
  const open = (hello: Buffer | undefined): Socket => {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    let received = ''
    ends.push(new Promise((resolve) => socket.on('close', () => resolve(received))))
    socket.on('data', (bytes) => (received += bytes.toString('latin1'))).on('error', () => {})
    if (hello !== undefined) socket.write(hello)
    onTestFinished(() => void socket.destroy())
    return socket
  }
  open(undefined)
  open(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
  await until(() => accepted.some((socket) => socket.bytesRead > 0) && drain.connections.open === 2)
  const finished = drain.finish({ limitMs: 10_000 })
  await until(() => !server.listening)
  await clock.advance(250)
  await until(() => drain.connections.open === 1)
  await clock.advance(2000)
  expect(await finished).toMatchObject({ clean: true, figures: { idleClosed: 1, stalled: 1 } })
  // Plain text would be noise to a TLS client.
  expect(await Promise.all(ends)).toEqual(['', ''])
})

test('over TLS a hung request is cut at the limit', async () => {
  const { drain, connect } = await startSecureServer(() => {})
  const answer = connect().request({ path: '/hang' })
  await until(() => drain.inFlight === 1)
  expect(await drain.finish({ limitMs: 20 })).toMatchObject({ clean: false, cut: [{ name: 'GET /hang' }] })
  expect((await answer).outcome).toBe('reset-fresh')
  expect(drain.connections.open).toBe(0)
})
