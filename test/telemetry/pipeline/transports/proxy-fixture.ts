import { createServer, type IncomingMessage, request } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'

export interface StartedProxy extends AsyncDisposable {
  readonly port: number
  /** `CONNECT name:port` or the method and address of a request, each with the credentials that came along. */
  readonly asked: readonly string[]
}

export interface ProxyOptions {
  /** Where every name leads to. */
  readonly port: number
  /** Answers a CONNECT, or a request, with this instead. */
  readonly refuse?: string
  readonly tls?: TlsOptions
}

/** A proxy for which every name is this machine. */
export async function startProxy({ port, refuse, tls }: ProxyOptions): Promise<StartedProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const note = ({ method, url, headers }: IncomingMessage): void => {
    asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? '-'}`)
  }
  const server = tls === undefined ? createServer() : createTlsServer(tls)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('connect', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    note(incoming)
    socket.on('error', () => {})
    if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse}\r\nContent-Length: 0\r\n\r\n`)
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n')
      if (head.length > 0) onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward)
    onward.on('error', () => socket.destroy())
  })
  server.on('request', (incoming, response) => {
    note(incoming)
    if (refuse !== undefined) {
      response.writeHead(Number(refuse.slice(0, 3))).end()
      return
    }
    const { pathname, search } = new URL(incoming.url ?? '')
    const { method, headers } = incoming
    const onward = request({ host: '127.0.0.1', port, method, path: pathname + search, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
