import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** A server that speaks HTTP/2 without TLS and nothing else; ends with the test. @returns its port */
export async function serveHttp2(
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on('connection', (socket: Socket) => void sockets.add(socket))
  server.on('sessionError', () => {})
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    onStream(stream, headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** What a request is answered with when nothing else matters. */
export function answerOk(stream: ServerHttp2Stream): void {
  // Its client may have gone meanwhile.
  if (stream.destroyed) return
  stream.respond({ ':status': 200 })
  stream.end('ok')
}
