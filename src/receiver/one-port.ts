import { once } from 'node:events'
import { createServer as createHttp1Server, type Server } from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { markUnobserved } from '../core/unobserved-server.ts'
import type { CountKeeper } from './counts.ts'
import { Door, type DoorMode } from './door.ts'
import type { Exchange } from './exchange.ts'
import { guardHttp2Session } from './guard-http2-session.ts'
import type { ResolvedReceiverOptions } from './options.ts'
import { refuseBadHttp } from './refuse-bad-http.ts'
import { sniffProtocol } from './sniff-protocol.ts'

/** What a stream of HTTP/2 may send before its bytes have been read, and all streams of a connection together. */
const STREAM_WINDOW_BYTES = 1024 * 1024

/** A listener that speaks HTTP/1.1 and, to clients that know it beforehand, HTTP/2, both without TLS. */
export class OnePort {
  readonly #options: ResolvedReceiverOptions
  readonly #counts: CountKeeper
  readonly #http1: Server
  readonly #http2: Http2Server
  readonly #sockets = new Set<Socket>()
  readonly #undecided = new Set<Socket>()
  readonly #socketOf = new WeakMap<Http2Session, Socket>()
  readonly #door: Door
  readonly #meet: (socket: Socket) => boolean
  readonly #sessions = new Set<ServerHttp2Session>()
  #isClosing = false

  /**
   * @param serve answers one request; must not reject
   * @param meet is shown each new connection; true when it is not to be served
   */
  constructor(
    options: ResolvedReceiverOptions,
    counts: CountKeeper,
    serve: (exchange: Exchange) => void,
    meet: (socket: Socket) => boolean,
  ) {
    this.#meet = meet
    this.#options = options
    this.#counts = counts
    const { headersTimeoutMs } = options
    this.#http1 = createHttp1Server({
      headersTimeout: headersTimeoutMs,
      // Bodies have a deadline of their own.
      requestTimeout: 0,
      keepAliveTimeout: options.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs / 2),
      noDelay: true,
    })
    markUnobserved(this.#http1)
    this.#http1.maxConnections = options.maxConnections
    this.#http1.on('request', (request, response) => {
      response.on('close', () => this.#closeIdle())
      serve({ request, response, socket: request.socket })
    })
    this.#http1.on('clientError', (error, socket) => refuseBadHttp(error, socket, counts))
    this.#http1.on('drop', () => counts.error('tooManyConnections'))
    this.#http2 = createHttp2Server({ settings: { initialWindowSize: STREAM_WINDOW_BYTES } })
    this.#http2.on('request', (request, response) => {
      const { session } = response.stream
      const socket = session === undefined ? undefined : this.#socketOf.get(session)
      if (socket !== undefined) serve({ request, response, socket })
    })
    this.#http2.on('session', (session) => this.#onSession(session))
    this.#door = new Door(this.#http1, { ...options, cutAll: () => this.#cutAll() })
    this.#sniffConnections()
  }

  /** @throws {@link SeaworthyError} `SEA_RECEIVER_PORT_TAKEN`, `SEA_RECEIVER_LISTEN_FAILED` */
  listen(): Promise<AddressInfo> {
    return this.#door.open()
  }

  /** Lets nobody in for a time, or everybody again. Never rejects. */
  setDoor(mode: DoorMode): Promise<void> {
    return this.#door.set(mode)
  }

  /**
   * Stops listening, lets requests under way end within the grace, then cuts every connection. Resolves when none is
   * left.
   */
  async close(): Promise<void> {
    this.#isClosing = true
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    await this.#door.close(resolve)
    for (const socket of this.#undecided) socket.destroy()
    for (const session of this.#sessions) session.close()
    this.#closeIdle()
    const cancel = this.#options.clock.schedule(this.#options.stopGraceMs, () => this.#cutAll())
    await closed
    // The server counts a socket as gone a moment before the socket says so itself.
    while (this.#sockets.size > 0) await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')))
    cancel()
  }

  get openConnections(): number {
    return this.#sockets.size
  }

  /**
   * The server that listens is the one for HTTP/1.1, since only then its timeouts work; what it does with a new
   * connection is put off until the first bytes have told which server the connection is for.
   */
  #sniffConnections(): void {
    const [toHttp1] = this.#http1.listeners('connection')
    this.#http1.removeAllListeners('connection')
    this.#http1.on('connection', (socket) => {
      this.#sockets.add(socket)
      this.#counts.connected()
      socket.on('close', () => this.#sockets.delete(socket))
      // A connection that is reset tells its requests, which count it; without a listener it would end the process.
      socket.on('error', () => {})
      if (this.#meet(socket)) return
      this.#undecided.add(socket)
      sniffProtocol(socket, this.#options.clock, this.#options.headersTimeoutMs, (opening) => {
        this.#undecided.delete(socket)
        if (opening === 'http1') {
          toHttp1?.call(this.#http1, socket)
        } else if (opening === 'http2') {
          // Node's HTTP/1.1 server leaves a half-closed connection open; for HTTP/2 it is over.
          socket.allowHalfOpen = false
          const onSession = (session: Http2Session): unknown => this.#socketOf.set(session, socket)
          // The session is made at once; without one, when the connection is already gone.
          this.#http2.on('session', onSession).emit('connection', socket)
          this.#http2.off('session', onSession)
        } else {
          if (opening === 'silent') this.#counts.error('silentConnection')
          socket.destroy()
        }
      })
    })
  }

  #onSession(session: ServerHttp2Session): void {
    this.#sessions.add(session)
    session.on('close', () => this.#sessions.delete(session))
    guardHttp2Session(session, this.#options, this.#counts)
  }

  #cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #closeIdle(): void {
    // A connection counts as idle only after the event that told of its last answer.
    if (this.#isClosing) setImmediate(() => this.#http1.closeIdleConnections())
  }
}
