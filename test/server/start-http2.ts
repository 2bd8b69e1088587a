import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerOptions,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { RawHttp2Connection } from '../../src/load/http2-client.ts'
import type { RawConnectionOptions } from '../../src/load/raw-connection-options.ts'
import { type Http2Drain, type Http2DrainOptions, trackHttp2Server } from '../../src/server/http2-drain.ts'
import { selfSignedCertificate } from './self-signed-certificate.ts'

export type Http2Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void

export interface Http2UnderTest<S extends Http2Server | Http2SecureServer = Http2Server> {
  readonly server: S
  readonly port: number
  readonly sessions: readonly ServerHttp2Session[]
  /** A connection that is closed when the test ends. */
  readonly connect: (options?: Partial<RawConnectionOptions>) => RawHttp2Connection
}

/** A plain h2c server on a free port, gone when the test ends. */
export async function startHttp2(handler?: Http2Handler, options: ServerOptions = {}): Promise<Http2UnderTest> {
  return bindHttp2(createServer(options, handler))
}

/** The same with its drain. */
export async function startDrainedHttp2(
  handler?: Http2Handler,
  { drain: drainOptions, ...options }: ServerOptions & { readonly drain?: Partial<Http2DrainOptions> } = {},
): Promise<Http2UnderTest & { readonly drain: Http2Drain }> {
  const server = createServer(options, handler)
  const drain = trackHttp2Server(server, { clock: systemClock, name: 'test', ...drainOptions })
  return { ...(await bindHttp2(server)), drain }
}

export function secureServer(handler?: Http2Handler, options: SecureServerOptions = {}): Http2SecureServer {
  return createSecureServer({ ...selfSignedCertificate(), ...options }, handler)
}

export async function bindHttp2<S extends Http2Server | Http2SecureServer>(server: S): Promise<Http2UnderTest<S>> {
  const sessions: ServerHttp2Session[] = []
  const sockets = new Set<Socket>()
  server.on('session', (session: ServerHttp2Session) => void sessions.push(session))
  server.on('connection', (socket: Socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    if (server.listening) server.close()
    for (const socket of sockets) socket.destroy()
  })
  const { port } = server.address() as AddressInfo
  const isTls = 'setSecureContext' in server
  return {
    server,
    port,
    sessions,
    connect: (options) => openHttp2(port, { ...(isTls ? { tls: { rejectUnauthorized: false } } : {}), ...options }),
  }
}

export function openHttp2(port: number, options: Partial<RawConnectionOptions> = {}): RawHttp2Connection {
  const connection = new RawHttp2Connection({ clock: systemClock, host: '127.0.0.1', port, ...options })
  onTestFinished(() => connection.close())
  return connection
}
