import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { FaultProxy } from '../../src/load/fault-proxy.ts'
import type { ConnectionSeen } from '../../src/load/proxy/proxy-fault.ts'
import { startWireServer } from './wire-server.ts'

interface Sailing {
  readonly proxy: FaultProxy
  readonly port: number
  readonly seen: string[]
  /** Resolves when something was seen that begins so. */
  readonly sees: (what: string) => Promise<void>
  readonly exchanges: string[]
}

/** A proxy in front of a dependency; by default one that echoes. */
async function startProxy(onConnection?: (socket: Socket) => void, protocol = 'tcp'): Promise<Sailing> {
  const { port: target } = await startWireServer(onConnection ?? ((socket) => void socket.pipe(socket)))
  return proxyTo(target, protocol)
}

async function proxyTo(target: number, protocol = 'tcp', maxConnections?: number): Promise<Sailing> {
  const seen: string[] = []
  const exchanges: string[] = []
  const waiting: (() => void)[] = []
  const onConnection = ({ connection, what, by, bytesUp, bytesDown }: ConnectionSeen): void => {
    const bytes = bytesUp === undefined ? '' : ` ${bytesUp}/${bytesDown}`
    seen.push(`${connection} ${what}${by === undefined ? '' : ` by ${by}`}${bytes}`)
    for (const wake of waiting.splice(0)) wake()
  }
  const proxy = new FaultProxy({
    clock: systemClock,
    target: { host: '127.0.0.1', port: target },
    protocol,
    ...(maxConnections !== undefined && { maxConnections }),
    onConnection,
    onExchange: ({ what, path, status }) => exchanges.push([what, path, status].join(' ').trim()),
  })
  const { port } = await proxy.start()
  onTestFinished(() => proxy.stop())
  const sees = async (what: string): Promise<void> => {
    while (!seen.some((each) => each.startsWith(what))) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return { proxy, port, seen, sees, exchanges }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

/** The error of a connection that breaks, or `fin`. */
async function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.resume()
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.once('end', () => resolve('fin'))
  })
}

async function echo(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, 'data')
  socket.write(text)
  return String((await answer)[0])
}

test('bytes pass both ways, an end in good order passes as one, and the first who ended it is named', async () => {
  const { port, seen, sees } = await startProxy()
  const socket = await dial(port)
  expect(await echo(socket, 'hello')).toBe('hello')
  const ended = endOf(socket)
  socket.end()
  expect(await ended).toBe('fin')
  await sees('0 closed by service 5/5')
  expect(seen).toEqual(['0 dialled', '0 connected', '0 closed by service 5/5'])
})

test('a reset of the dependency arrives as a reset, after the data before it', async () => {
  const { port, sees } = await startProxy((socket) => {
    socket.write('last words')
    socket.on('data', () => socket.resetAndDestroy())
  })
  const socket = await dial(port)
  expect(String((await once(socket, 'data'))[0])).toBe('last words')
  const ended = endOf(socket)
  socket.write('x')
  expect(await ended).toBe('ECONNRESET')
  await sees('0 closed by dependency 1/10')
})

test('a dependency that refuses resets the connection of the service', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: nobody } = server.address() as { port: number }
  server.close()
  const { port, sees } = await proxyTo(nobody)
  const socket = connect({ host: '127.0.0.1', port })
  expect(await endOf(socket)).toBe('ECONNRESET')
  await sees('0 closed by dependency 0/0')
})

test('refuse: what stands is reset, new ones are refused by the kernel, and the port is the same when it is over', async () => {
  const { proxy, port, seen } = await startProxy()
  const socket = await dial(port)
  await echo(socket, 'x')
  const ended = endOf(socket)
  await proxy.setFault({ kind: 'refuse' })
  expect(await ended).toBe('ECONNRESET')
  const late = connect({ host: '127.0.0.1', port })
  expect(await endOf(late)).toBe('ECONNREFUSED')
  expect(seen.at(-1)).toBe('0 closed by proxy 1/1')
  await proxy.setFault(undefined)
  expect(await echo(await dial(port), 'again')).toBe('again')
})

test('reset: what stands is reset, new ones are as soon as they are made', async () => {
  const { proxy, port, seen, sees } = await startProxy()
  const socket = await dial(port)
  await echo(socket, 'x')
  const ended = endOf(socket)
  await proxy.setFault({ kind: 'reset' })
  expect(await ended).toBe('ECONNRESET')
  expect(await endOf(connect({ host: '127.0.0.1', port }))).toBe('ECONNRESET')
  await sees('1 refused by proxy')
  expect(seen).toEqual(['0 dialled', '0 connected', '0 closed by proxy 1/1', '1 dialled', '1 refused by proxy'])
})

test('blackhole: taken and never answered, and everything goes on in order when it is lifted', async () => {
  const { proxy, port, seen, sees } = await startProxy()
  const standing = await dial(port)
  await echo(standing, 'x')
  await proxy.setFault({ kind: 'blackhole' })
  const fresh = await dial(port)
  await sees('1 dialled')
  const came: string[] = []
  standing.on('data', (bytes) => came.push(`${String(bytes)} on the one that stood`))
  const answers = Promise.all([once(standing, 'data'), once(fresh, 'data')])
  standing.write('one')
  fresh.write('two')
  // What a working proxy would have done by now: a whole round trip over another one.
  const other = await startProxy()
  await echo(await dial(other.port), 'meanwhile')
  expect(seen).toEqual(['0 dialled', '0 connected', '1 dialled'])
  expect(came).toEqual([])
  await proxy.setFault(undefined)
  expect((await answers).map(String)).toEqual(['one', 'two'])
})

test('a service that gives up in a blackhole is seen to', async () => {
  const { proxy, port, sees, exchanges } = await startProxy()
  await proxy.setFault({ kind: 'blackhole' })
  const socket = await dial(port)
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.end()
  await sees('0 closed by service')
  expect(exchanges).toEqual(['began /a', 'cancelled /a'])
})

test('slow: what the dependency says comes later, on standing connections too, data before the end', async () => {
  const { proxy, port } = await startProxy((socket) => socket.on('data', () => socket.end('answer')))
  const socket = await dial(port)
  await proxy.setFault({ kind: 'slow', delayMs: 150 })
  const startedAt = performance.now()
  const order: string[] = []
  socket.on('data', () => order.push('data'))
  socket.on('end', () => order.push('end'))
  socket.write('x')
  await once(socket, 'end')
  expect(performance.now() - startedAt).toBeGreaterThan(140)
  expect(order).toEqual(['data', 'end'])
})

test('slow: an answer that the service does not wait for was cancelled', async () => {
  const { proxy, port, sees, exchanges } = await startProxy((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
  )
  await proxy.setFault({ kind: 'slow', delayMs: 60_000 })
  const socket = await dial(port)
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
  await sees('0 connected')
  socket.resetAndDestroy()
  await sees('0 closed by service')
  expect(exchanges).toEqual(['began /a', 'cancelled /a'])
})

test('forget: what stands is dead for ever in both directions and nobody says so, new ones work', async () => {
  const dependencySockets: Socket[] = []
  const { proxy, port, seen, sees } = await startProxy((socket) => {
    dependencySockets.push(socket)
    socket.pipe(socket)
  })
  const old = await dial(port)
  await echo(old, 'x')
  await proxy.setFault({ kind: 'forget' })
  const came: string[] = []
  old.on('data', (bytes) => came.push(String(bytes)))
  old.write('anybody there?')
  dependencySockets[0]?.write('are you there?')
  expect(await echo(await dial(port), 'new')).toBe('new')
  await proxy.setFault(undefined)
  expect(await echo(await dial(port), 'newer')).toBe('newer')
  const ended = endOf(old)
  old.end()
  expect(await ended).toBe('ECONNRESET')
  await sees('0 closed by service 15/')
  expect(came).toEqual([])
  expect(seen.filter((each) => each.startsWith('0'))).toHaveLength(3)
})

test('more connections than it may have are reset, and when one ends the next is taken', async () => {
  const { port: target } = await startWireServer((socket) => void socket.pipe(socket))
  const { port, seen, sees } = await proxyTo(target, 'tcp', 2)
  const [first] = [await dial(port), await dial(port)]
  await sees('1 connected')
  const third = connect({ host: '127.0.0.1', port })
  expect(await endOf(third)).toBe('ECONNRESET')
  expect(seen).toContain('2 refused by proxy')
  first.resetAndDestroy()
  await sees('0 closed')
  await dial(port)
  await sees('3 connected')
})

test('what is not known to be HTTP by its protocol is not looked into', async () => {
  const { port, exchanges } = await startProxy(undefined, 'postgresql')
  await echo(await dial(port), 'GET /a HTTP/1.1\r\n\r\n')
  expect(exchanges).toEqual([])
})

test('changes come one after the other: whatever is asked for in between, the last one counts', async () => {
  const { proxy, port } = await startProxy()
  void proxy.setFault({ kind: 'refuse' })
  void proxy.setFault({ kind: 'blackhole' })
  void proxy.setFault({ kind: 'refuse' })
  await proxy.setFault(undefined)
  expect(await echo(await dial(port), 'x')).toBe('x')
})
