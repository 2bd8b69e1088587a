import { createServer, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { findOpenConnections } from '../../src/server/open-connections.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'
import { bindForTest, gate, openConnection, startServer, until } from './start-server.ts'

// What the drain relies on in Node, and what it exists for. When one of these fails on a new version of Node, the code
// that its name speaks of has lost its reason or its footing.

const NODE_MAJOR = Number(process.versions.node.split('.')[0])
const soon = (ms = 60) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

function connectMany(port: number, count: number): { readonly sockets: Socket[]; readonly resets: () => number } {
  let resets = 0
  const sockets = Array.from({ length: count }, () => {
    const socket = connectTcp({ port, host: '127.0.0.1' })
    socket.on('error', () => void resets++)
    return socket
  })
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  return { sockets, resets: () => resets }
}

test('close() resets every connection that the kernel has accepted and Node has not', async () => {
  const { server, port } = await startServer((_, response) => void response.end())
  const { resets } = connectMany(port, 20)
  server.close()
  await until(() => resets() === 20)
  expect(resets()).toBe(20)
})

test('a turn of the event loop accepts at least one waiting connection, so turning until none comes takes all', async () => {
  const { server, port } = await startServer((_, response) => void response.end())
  let accepted = 0
  server.on('connection', () => accepted++)
  connectMany(port, 20)
  await new Promise((resolve) => setImmediate(resolve))
  const afterTurn: number[] = []
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    afterTurn.push(accepted)
  }
  expect(afterTurn.every((count, turn) => count >= turn + 1)).toBe(true)
})

test('close() destroys idle connections, and a request that is on its way meets a dead connection', async () => {
  const { server, connect } = await startServer((_, response) => void response.end('ok'))
  const client = connect({ wireDelayMs: 20 })
  await client.request({ path: '/' })
  const crossing = client.request({ path: '/' })
  server.close()
  expect(await crossing).toMatchObject({ outcome: 'reset-reused' })
})

test('close() asks the server object for closeIdleConnections(), so that an own one of the object is what runs', async () => {
  const { server } = await startServer()
  let asked = 0
  server.closeIdleConnections = () => void asked++
  server.close()
  expect(asked).toBe(1)
})

test('after close() a chatty client is served for ever, and told keep-alive', async () => {
  const answer = gate()
  let requests = 0
  const { server, connect } = await startServer((_, response) => {
    requests++
    void answer.opened.then(() => response.end('ok'))
  })
  const client = connect()
  const first = client.request({ path: '/' })
  await until(() => requests === 1)
  server.close()
  answer.open()
  expect(await first).toMatchObject({ outcome: 'answered', saidClose: false })
  for (let count = 0; count < 5; count++)
    expect(await client.request({ path: '/' })).toMatchObject({ saidClose: false })
})

test('after close() headers that stop arriving are never given up', async () => {
  const options = { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 }
  const [running, closed] = [await startServer(() => {}, options), await startServer(() => {}, options)]
  const answers = [running, closed].map(({ connect }) => {
    const client = connect()
    const answer = client.expect({ timeoutMs: 600 })
    client.send('GET / HTTP/1.1\r\nHo')
    return answer
  })
  await until(() => (closed.accepted[0]?.bytesRead ?? 0) > 0)
  closed.server.close()
  expect(await answers[0]).toMatchObject({ outcome: 'answered', status: 408 })
  expect(await answers[1]).toMatchObject({ outcome: 'timeout' })
})

test('a connection that has never said anything keeps close() waiting up to Node 24, and is cut by it on Node 26', async () => {
  const { server, accepted, connect } = await startServer()
  const silent = connect()
  await silent.connect()
  await until(() => accepted.length === 1)
  let isClosed = false
  server.close(() => (isClosed = true))
  await soon(200)
  expect(isClosed).toBe(NODE_MAJOR >= 26)
  silent.close()
  await until(() => isClosed)
})

test('neither close() nor closeAllConnections() ends an upgraded socket', async () => {
  const { server, connect } = await startServer()
  let upgraded: Socket | undefined
  server.on('upgrade', (_, socket: Socket) => {
    upgraded = socket
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  await connect().request({ path: '/', headers: { Connection: 'Upgrade', Upgrade: 'x' } })
  server.close()
  server.closeAllConnections()
  await soon()
  expect(upgraded?.destroyed).toBe(false)
  upgraded?.destroy()
})

test('a request that arrives after our FIN is still given to the handler, and its answer can never be sent', async () => {
  const responses: ServerResponse[] = []
  let socket: Socket | undefined
  const { connect } = await startServer((request, response) => {
    socket = request.socket
    responses.push(response)
    response.end('ok')
  })
  const client = connect({ wireDelayMs: 20 })
  await client.request({ path: '/' })
  socket?.end()
  expect(await client.request({ path: '/' })).toMatchObject({ outcome: 'reset-reused' })
  await until(() => responses.length === 2)
  expect(responses[1]?.writableFinished).toBe(false)
})

test('after an answer that says close, Node closes the socket by destroySoon() of the socket object', async () => {
  let closings = 0
  const { connect } = await startServer((request, response) => {
    request.socket.destroySoon = () => {
      closings++
      request.socket.end()
    }
    response.setHeader('Connection', 'close')
    response.end('ok')
  })
  const answer = await connect().request({ path: '/' })
  expect(answer).toMatchObject({ outcome: 'answered', saidClose: true })
  await until(() => closings === 1)
})

test('the requests of one packet are dispatched in one go, before anything that waits for the next tick', async () => {
  const seen: string[] = []
  const { connect } = await startServer((request, response) => {
    seen.push(request.url ?? '')
    process.nextTick(() => {
      seen.push('tick')
      response.end()
    })
  })
  const client = connect()
  await client.connect()
  const answers = [client.expect(), client.expect()]
  client.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n')
  await Promise.all(answers)
  expect(seen.slice(0, 2)).toEqual(['/a', '/b'])
})

test('every answer that is over emits close, and after a whole one the last byte was handed to the kernel', async () => {
  const states: object[] = []
  const { connect } = await startServer((request, response) => {
    const { socket } = request
    response.on('close', () =>
      states.push({
        finished: response.writableFinished,
        errored: Boolean(socket.errored),
        waiting: socket.writableLength,
      }),
    )
    response.end('ok')
  })
  await connect().request({ path: '/' })
  await until(() => states.length === 1)
  expect(states).toEqual([{ finished: true, errored: false, waiting: 0 }])
})

test('an answer that was cut off is not finished, or its socket has an error', async () => {
  const [hasBegun, over] = [gate(), gate()]
  let claimsSuccess: boolean | undefined
  const { connect } = await startServer((request, response) => {
    response.on('close', () => {
      claimsSuccess = response.writableFinished && !request.socket.errored
      over.open()
    })
    response.end(Buffer.alloc(16 * 1024 * 1024))
    hasBegun.open()
  })
  const client = connect()
  await client.connect()
  client.pause()
  void client.request({ path: '/' })
  await hasBegun.opened
  client.reset()
  await over.opened
  expect(claimsSuccess).toBe(false)
})

test('a listener for upgrade turns requests that offer one into upgrades; without it they are requests', async () => {
  const { server, connect } = await startServer((_, response) => void response.end('plain'))
  const offer = { path: '/', headers: { Connection: 'Upgrade', Upgrade: 'x' } }
  expect(await connect().request(offer)).toMatchObject({ outcome: 'answered', status: 200 })
  server.on('upgrade', (_, socket) => socket.destroy())
  expect((await connect().request(offer)).outcome).toBe('reset-fresh')
})

test('a listener for checkContinue takes the place of the request, and nobody says 100 Continue then', async () => {
  const { server, connect } = await startServer((_, response) => void response.end('request'))
  const expecting = { method: 'POST', path: '/', headers: { Expect: '100-continue', 'Content-Length': '0' } }
  expect(await connect().request(expecting)).toMatchObject({ interim: [100], status: 200 })
  server.on('checkContinue', (_, response) => void response.writeHead(202).end())
  expect(await connect().request(expecting)).toMatchObject({ interim: [], status: 202 })
})

test('bytes that have arrived are counted before a request is complete, and after it, over plain and TLS connections', async () => {
  const plain = createServer((_, response) => void response.end('ok'))
  const secure = createSecureServer(selfSignedCertificate(), (_, response) => void response.end('ok'))
  for (const [server, event] of [
    [plain, 'connection'],
    [secure, 'secureConnection'],
  ] as const) {
    let socket: Socket | undefined
    server.on(event, (each: Socket) => (socket = each))
    const { port } = await bindForTest(server)
    const client = openConnection(port, server === secure ? { tls: { rejectUnauthorized: false } } : {})
    await client.connect()
    await until(() => socket !== undefined)
    expect(socket?.bytesRead).toBe(0)
    const answer = client.expect()
    client.send(GET.slice(0, 10))
    await until(() => socket?.bytesRead === 10)
    client.send(GET.slice(10))
    await answer
    expect(socket?.bytesRead).toBe(GET.length)
  }
})

test('the open connections of a server, and the answer each waits for, can be found', async () => {
  let waiting: ServerResponse | undefined
  const { server, accepted, connect } = await startServer((_, response) => void (waiting = response))
  const [busy, silent] = [connect(), connect()]
  await silent.connect()
  void busy.request({ path: '/' })
  await until(() => waiting !== undefined && accepted.length === 2)
  const found = findOpenConnections(server).map(({ response }) => response)
  expect(found).toHaveLength(2)
  expect(new Set(found)).toEqual(new Set([waiting, undefined]))
})

test('a TLS socket knows the one under it, and the end of either ends both', async () => {
  const server = createSecureServer(selfSignedCertificate(), (_, response) => void response.end('ok'))
  const pairs: { raw: Socket; secure?: TLSSocket & { _parent?: Socket } }[] = []
  server.on('connection', (raw: Socket) => pairs.push({ raw }))
  server.on('secureConnection', (secure) => Object.assign(pairs.at(-1) ?? {}, { secure }))
  const { port } = await bindForTest(server)
  for (const end of ['raw', 'secure'] as const) {
    const client = openConnection(port, { tls: { rejectUnauthorized: false } })
    await client.request({ path: '/' })
    const pair = pairs.at(-1)
    expect(pair?.secure?._parent).toBe(pair?.raw)
    pair?.[end]?.destroy()
    await until(() => pair?.raw.closed === true && pair.secure?.closed === true)
  }
})

test("Node's defaults are those that the drain takes for untouched", () => {
  const { keepAliveTimeout, headersTimeout, requestTimeout, timeout } = createServer()
  expect({ keepAliveTimeout, headersTimeout, requestTimeout, timeout }).toEqual({
    keepAliveTimeout: 5000,
    headersTimeout: 60_000,
    requestTimeout: 300_000,
    timeout: 0,
  })
})
