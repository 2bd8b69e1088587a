import { connect as connectTcp, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { type NetDrain, type NetDrainOptions, trackNetServer } from '../../src/server/net-drain.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'
import { gate, until } from './start-server.ts'

const QUIET_MS = 20

interface NetUnderTest {
  readonly server: Server
  readonly drain: NetDrain
  readonly port: number
}

async function startNet(server: Server, options: Partial<NetDrainOptions> = {}): Promise<NetUnderTest> {
  const drain = trackNetServer(server, {
    clock: systemClock,
    name: 'tcp',
    quietMs: QUIET_MS,
    lingerMs: 60_000,
    ...options,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void (server.listening && server.close()))
  return { server, drain, port: (server.address() as AddressInfo).port }
}

interface Client {
  readonly socket: Socket
  /** Everything that was received, once the server has ended its side. */
  readonly ended: Promise<string>
  readonly closed: Promise<string | undefined>
}

function open(port: number, connect: (port: number) => Socket = plain): Client {
  const socket = connect(port)
  onTestFinished(() => void socket.destroy())
  let text = ''
  let code: string | undefined
  socket.on('data', (bytes) => (text += String(bytes)))
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code))
  return {
    socket,
    ended: new Promise((resolve) => socket.once('end', () => resolve(text))),
    closed: new Promise((resolve) => socket.once('close', () => resolve(code))),
  }
}

const plain = (port: number): Socket => connectTcp({ port, host: '127.0.0.1' })
const echo = (socket: Socket): void => void socket.on('error', () => {}).on('data', (bytes) => void socket.write(bytes))

test('a connection on which nothing passes gets our end, and the client may say its last word', async () => {
  let received = ''
  const { drain, port } = await startNet(
    createServer({ allowHalfOpen: true }, (socket) => void socket.on('data', (bytes) => (received += String(bytes)))),
  )
  const client = open(port, (where) => connectTcp({ port: where, host: '127.0.0.1', allowHalfOpen: true }))
  await until(() => drain.inFlight === 1)
  const finished = drain.finish({ limitMs: 60_000 })
  await client.ended
  client.socket.end('last word')
  expect(await finished).toMatchObject({
    clean: true,
    cutCount: 0,
    figures: { connections: 1, ended: 1, quietClosed: 1 },
  })
  expect(received).toBe('last word')
  expect(await client.closed).toBeUndefined()
})

test("a connection whose last word was the client's is waited for: its answer may be in the making", async () => {
  const answer = gate()
  let asked = 0
  const { drain, port } = await startNet(
    createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', () => {
          asked++
          void answer.opened.then(() => socket.end('done'))
        })
    }),
  )
  const client = open(port)
  client.socket.write('work')
  await until(() => asked === 1)
  let isOver = false
  const finished = drain.finish({ limitMs: 60_000 }).then((report) => {
    isOver = true
    return report
  })
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS * 4))
  expect(isOver).toBe(false)
  answer.open()
  expect(await client.ended).toBe('done')
  expect(await finished).toMatchObject({ clean: true, figures: { quietClosed: 0, ended: 1 } })
})

test('connections that the kernel holds when the listener closes are served', async () => {
  const { server, drain, port } = await startNet(createServer(echo))
  const clients = Array.from({ length: 20 }, () => open(port))
  for (const { socket } of clients) socket.write('hello')
  const finished = drain.finish({ limitMs: 60_000 })
  expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(clients.map(() => 'hello'))
  const report = await finished
  expect(report).toMatchObject({ clean: true, figures: { connections: 20, ended: 20 } })
  expect(report.figures['acceptedLate']).toBeGreaterThan(0)
  expect(server.listening).toBe(false)
})

test('each connection is offered to sayGoodbye once, and one that throws stops nothing', async () => {
  const offered: string[] = []
  const { drain, port } = await startNet(createServer(echo), {
    sayGoodbye: (socket, reason) => {
      offered.push(reason)
      if (offered.length === 1) throw new Error('not mine')
      socket.end('bye')
      return true
    },
  })
  const clients = [open(port), open(port)]
  await until(() => drain.inFlight === 2)
  drain.startDraining()
  drain.startDraining()
  expect(offered).toHaveLength(2)
  const late = open(port)
  await until(() => drain.inFlight >= 2 && late.socket.readyState === 'open')
  const report = await drain.finish({ limitMs: 60_000 })
  expect((await Promise.all([...clients, late].map(({ ended }) => ended))).toSorted()).toEqual(['', 'bye', 'bye'])
  expect(report).toMatchObject({ clean: true, figures: { connections: 3, toldGoodbye: 2 } })
  expect(offered).toEqual(Array.from({ length: 3 }, () => 'the service is shutting down'))
})

test('at the soft deadline every connection gets our end, at the limit what is left is destroyed, counted and named', async () => {
  const { drain, port } = await startNet(createServer({ allowHalfOpen: true }, (socket) => void socket.resume()))
  const chatty = (): Client => {
    const client = open(port, (where) => connectTcp({ port: where, host: '127.0.0.1', allowHalfOpen: true }))
    const timer = setInterval(() => void client.socket.write('x'), 2)
    onTestFinished(() => clearInterval(timer))
    return client
  }
  const obedient = chatty()
  const deaf = chatty()
  await until(() => drain.inFlight === 2)
  const finished = drain.finish({ limitMs: 400, softLimitMs: 100 })
  await Promise.all([obedient.ended, deaf.ended])
  obedient.socket.destroy()
  expect(await finished).toMatchObject({
    clean: false,
    cutCount: 1,
    cut: [{ kind: 'connection', name: 'tcp connection' }],
    figures: { connections: 2, ended: 1, cut: 1, endedLate: 2 },
  })
  expect(drain.inFlight).toBe(0)
})

test('a TLS connection is one connection, and one that never starts its handshake ends after the grace', async () => {
  const { drain, port } = await startNet(createTlsServer(selfSignedCertificate(), echo))
  const secure = open(port, (where) => connectTls({ port: where, host: '127.0.0.1', rejectUnauthorized: false }))
  const silent = open(port)
  secure.socket.write('hello')
  await until(() => secure.socket.bytesRead > 0)
  await until(() => drain.inFlight === 2)
  const report = await drain.finish({ limitMs: 60_000 })
  expect(await secure.ended).toBe('hello')
  await silent.closed
  expect(report).toMatchObject({ clean: true, figures: { connections: 2, ended: 2, quietClosed: 2 } })
})

test('an abort of finish cuts at once, and nothing of ours stays on the server', async () => {
  const { server, drain, port } = await startNet(createServer((socket) => void socket.resume()))
  const client = open(port)
  client.socket.write('x')
  await until(() => drain.inFlight === 1)
  const report = await drain.finish({ limitMs: 60_000, signal: AbortSignal.abort() })
  expect(report).toMatchObject({ clean: false, cutCount: 1 })
  expect(await drain.finish({ limitMs: 1 })).toBe(report)
  expect(server.listenerCount('connection')).toBe(1)
  await client.closed
})

test('connections that were open before anyone watched are in the account', async () => {
  const server = createServer(echo)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = open((server.address() as AddressInfo).port)
  client.socket.write('hello')
  await until(() => client.socket.bytesRead > 0)
  const drain = trackNetServer(server, { clock: systemClock, name: 'late', quietMs: QUIET_MS })
  expect(drain.inFlight).toBe(1)
  expect(await drain.finish({ limitMs: 60_000, softLimitMs: 200 })).toMatchObject({
    clean: true,
    figures: { ended: 1 },
  })
  expect(await client.ended).toBe('hello')
})

test('a goodbye is no answer: what the client asked before it is answered, however long that takes', async () => {
  const clock = new ManualClock()
  const [asked, answer] = [gate(), gate()]
  const ask = (socket: Socket): void => {
    asked.open()
    void answer.opened.then(() => socket.end('answer'))
  }
  const { drain, port } = await startNet(
    createServer((socket) => void socket.on('data', () => ask(socket))),
    { clock, sayGoodbye: (socket) => (socket as Socket).write('bye ') },
  )
  const client = open(port)
  client.socket.write('question')
  await asked.opened

  const finished = drain.finish({ limitMs: 60_000 })
  await clock.advance(10 * QUIET_MS)
  answer.open()

  expect(await client.ended).toBe('bye answer')
  expect(await finished).toMatchObject({ clean: true, figures: { toldGoodbye: 1, quietClosed: 0 } })
})
