import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createSecureServer,
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { CertifiedKey } from '../server/self-signed-certificate.ts'

/** What an exporter has asked a collector, apart from the body. */
export interface Exchanges extends AsyncDisposable {
  readonly port: number
  /** By what was asked, `POST /v1/traces`, what was said beside it; each once. */
  readonly asked: ReadonlyMap<string, ReadonlySet<string>>
}

export interface ExchangeOptions {
  readonly protocol: 'http' | 'grpc'
  /** With TLS, and only for clients whose certificate is this very one, as the server's is. */
  readonly certified?: CertifiedKey
}

/** Says of a request what an exporter is told to say; not how long it is, nor who it is by name. */
const COMPARED = /^(?:content-type|content-encoding|grpc-encoding|te|authorization|x-.*)$/

/** A collector that takes everything and remembers how it was asked. */
export async function startExchanges({ protocol, certified }: ExchangeOptions): Promise<Exchanges> {
  const asked = new Map<string, Set<string>>()
  const note = (method: string, path: string, headers: IncomingHttpHeaders, socket: unknown): void => {
    const said = Object.entries(headers)
      .filter(([name]) => COMPARED.test(name))
      .map(([name, value]) => `${name}: ${String(value)}`)
    if (certified !== undefined) said.push(`certified: ${(socket as TLSSocket).authorized}`)
    const key = `${method} ${path}`
    asked.set(key, (asked.get(key) ?? new Set()).add(said.toSorted().join(', ')))
  }
  const tls = certified && {
    ...certified,
    ca: certified.cert,
    requestCert: true,
    rejectUnauthorized: false,
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    note(request.method ?? '', request.url ?? '', request.headers, request.socket)
    request.resume().on('end', () => {
      const type = request.headers['content-type'] ?? ''
      response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : '')
    })
  }
  const answerCall = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    note(headers[':method'] ?? '', headers[':path'] ?? '', headers, stream.session?.socket)
    stream.on('error', () => {})
    stream.resume().on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.alloc(5))
    })
  }
  let server: Server
  if (protocol === 'http') {
    server = tls === undefined ? createHttpServer(answer) : createHttpsServer(tls, answer)
  } else {
    const http2 = tls === undefined ? createHttp2Server() : createSecureServer(tls)
    server = http2.on('stream', answerCall)
  }
  const sockets = new Set<{ destroy(): void }>()
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: TLSSocket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
