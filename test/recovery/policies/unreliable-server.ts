import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

export interface UnreliableServer extends AsyncDisposable {
  readonly url: string
  /** What came, in order. */
  readonly requests: IncomingMessage[]
  readonly bodies: string[]
  readonly connections: number
}

/** A server whose answers are a test's. */
export async function startUnreliable(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<UnreliableServer> {
  const requests: IncomingMessage[] = []
  const bodies: string[] = []
  let connections = 0
  const server = createServer((request, response) => {
    requests.push(request)
    const at = requests.length - 1
    bodies[at] = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => void (bodies[at] += text))
    request.on('end', () => answer(request, response, at + 1))
    request.on('error', () => {})
  })
  server.on('connection', () => void (connections += 1))
  await listen(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    bodies,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

/** Counts who connects, and does with each what a test likes: nothing at all is a server that is half open. */
export async function startTcp(onSocket: (socket: Socket) => unknown) {
  const sockets = new Set<Socket>()
  let dials = 0
  const server = createTcpServer((socket) => {
    dials += 1
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get dials() {
      return dials
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
}
