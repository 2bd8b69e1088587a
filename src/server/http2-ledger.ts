import type {
  Http2ServerRequest,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'

import type { Clock } from '../core/clock.ts'
import { followListeners } from './follow-listeners.ts'
import { isStreamAnswered } from './is-answered.ts'
import type { AnyHttp2Server } from './http2-server.ts'
import { findOpenSessions } from './open-sessions.ts'
import { type OpenStream, TrackedSession } from './http2-work.ts'
import { isTlsServer } from './server-kind.ts'

/** Counts of a server since it was tracked. `requests + pushed = answered + clientGone + cut + in flight`, at any time. */
export interface StreamTotals {
  readonly sessions: number
  /** Streams of clients; tunnels are not among them. */
  readonly requests: number
  readonly pushed: number
  /** Complete, and closed by both sides. */
  readonly answered: number
  readonly clientGone: number
  readonly cut: number
  /** CONNECT, with or without a protocol in it. */
  readonly tunnels: number
  readonly tunnelsCut: number
}

export interface StreamLedgerEvents {
  /** A session begins. */
  opened?: ((session: TrackedSession) => void) | undefined
  /** A stream begins, before any listener of the service has seen it. */
  stream?: ((entry: OpenStream) => void) | undefined
  /** A stream is over. */
  over?: ((entry: OpenStream) => void) | undefined
  /** The connection of a session is gone. */
  gone?: ((session: TrackedSession) => void) | undefined
}

/**
 * Keeps account of the sessions of one HTTP/2 server and of their streams; each is counted exactly once, whichever of
 * Node's two APIs the service uses. Watches by listeners on the server and its sessions, and by nothing global.
 */
export class StreamLedger {
  readonly events: StreamLedgerEvents = {}
  readonly #clock: Clock
  readonly #sessions = new Map<ServerHttp2Session, TrackedSession>()
  readonly #streams = new Map<ServerHttp2Stream, OpenStream>()
  readonly #onStreamClose: (this: ServerHttp2Stream) => void
  readonly #unwatch: () => void
  #lastArrivalAt = -Infinity
  #sessionCount = 0
  #requests = 0
  #pushed = 0
  #answered = 0
  #clientGone = 0
  #cut = 0
  #tunnels = 0
  #tunnelsCut = 0
  /** Open streams that are no part of the load. */
  #aside = 0

  constructor(server: AnyHttp2Server, clock: Clock) {
    this.#clock = clock
    const close = (stream: ServerHttp2Stream): void => this.#close(stream)
    // One function for all, told apart by `this`: a stream costs no closure.
    this.#onStreamClose = function onStreamClose() {
      close(this)
    }
    this.#unwatch = this.#watch(server)
  }

  get inFlight(): number {
    return this.#streams.size
  }

  /** Requests that are not over, without those {@link setAside}. */
  get load(): number {
    return this.#streams.size - this.#aside
  }

  get requestCount(): number {
    return this.#requests
  }

  get sessions(): Iterable<TrackedSession> {
    return this.#sessions.values()
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** When a session began the last time, on the scale of the clock. */
  get lastArrivalAt(): number {
    return this.#lastArrivalAt
  }

  get totals(): StreamTotals {
    return {
      sessions: this.#sessionCount,
      requests: this.#requests,
      pushed: this.#pushed,
      answered: this.#answered,
      clientGone: this.#clientGone,
      cut: this.#cut,
      tunnels: this.#tunnels,
      tunnelsCut: this.#tunnelsCut,
    }
  }

  /** What is not over, the oldest first. */
  openStreams(): readonly OpenStream[] {
    return [...this.#streams.values()]
  }

  /** Streams that end from now on with this session were cut by us. */
  cut(tracked: TrackedSession): void {
    tracked.isCut = true
    for (const { stream } of tracked.streams) this.#close(stream)
  }

  /** Enters a stream of a client; a second call with it changes nothing, and neither does one that comes too late. */
  enter(session: TrackedSession, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const kind = headers[':method'] === 'CONNECT' ? 'tunnel' : 'request'
    this.#enter({ stream, headers, session, startedAt: this.#clock.now(), kind })
  }

  /** Leaves a request that is open out of the {@link load}. */
  setAside(stream: ServerHttp2Stream): void {
    const entry = this.#streams.get(stream)
    if (entry === undefined || entry.isAside === true || entry.kind !== 'request') return
    entry.isAside = true
    this.#aside++
  }

  release(): void {
    this.#unwatch()
    this.events.opened = undefined
    this.events.stream = undefined
    this.events.over = undefined
    this.events.gone = undefined
  }

  #watch(server: AnyHttp2Server): () => void {
    let socket: Duplex | undefined
    // Node makes the session in its own listener of the same event, and says with it nothing about the socket.
    const onConnection = (each: Duplex): void => void (socket = each)
    const onSession = (session: ServerHttp2Session): void => {
      if (socket !== undefined) this.#open(session, socket)
      socket = undefined
    }
    const onRequest = (request: Http2ServerRequest): void => {
      const entry = this.#streams.get(request.stream)
      if (entry !== undefined) entry.request = request
    }
    for (const { session, socket: known, streams } of findOpenSessions(server)) {
      const tracked = this.#open(session, known)
      for (const { stream, request } of streams) {
        this.enter(tracked, stream, request?.headers ?? {})
        const entry = this.#streams.get(stream)
        if (entry !== undefined && request !== undefined) entry.request = request
      }
    }
    const event = isTlsServer(server) ? 'secureConnection' : 'connection'
    server.prependListener(event, onConnection)
    server.prependListener('session', onSession)
    const unfollow = followListeners(server, 'request', onRequest)
    return () => {
      server.off(event, onConnection)
      server.off('session', onSession)
      unfollow()
    }
  }

  #open(session: ServerHttp2Session, socket: Duplex): TrackedSession {
    const tracked = new TrackedSession(session, socket, this.#clock.now())
    this.#sessionCount++
    this.#lastArrivalAt = tracked.startedAt
    this.#sessions.set(session, tracked)
    session.prependListener('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      this.enter(tracked, stream, headers)
    })
    socket.once('close', () => {
      // A session whose connection died under it closes its streams by itself, on some versions only later.
      for (const { stream } of tracked.streams) this.#close(stream)
      this.#sessions.delete(session)
      this.events.gone?.(tracked)
    })
    this.events.opened?.(tracked)
    return tracked
  }

  #enter(entry: OpenStream): void {
    const { stream, session, kind } = entry
    if (this.#streams.has(stream) || stream.destroyed) return
    if (kind === 'request') this.#requests++
    else if (kind === 'push') this.#pushed++
    else this.#tunnels++
    if (kind !== 'request') this.#aside++
    session.hasServed = true
    session.streams.add(entry)
    session.highestCount = Math.max(session.highestCount, session.streams.size)
    this.#streams.set(stream, entry)
    stream.once('close', this.#onStreamClose)
    if (kind === 'request' && stream.pushAllowed) this.#followPushes(entry)
    this.events.stream?.(entry)
  }

  /** Node has no event for a stream that the service opens by itself. Hardly any client still allows it. */
  #followPushes({ stream, session }: OpenStream): void {
    const push = stream.pushStream.bind(stream) as (...args: unknown[]) => void
    const replacement = (headers: OutgoingHttpHeaders, ...rest: unknown[]): void => {
      const callback = rest.pop() as (error: Error | null, pushed?: ServerHttp2Stream, ...more: unknown[]) => void
      const wrapped: typeof callback = (error, pushed, ...more) => {
        if (pushed !== undefined) {
          const startedAt = this.#clock.now()
          const promised = { ':method': 'GET', ...headers } as IncomingHttpHeaders
          this.#enter({ stream: pushed, headers: promised, session, startedAt, kind: 'push' })
        }
        callback(error, pushed, ...more)
      }
      push(headers, ...rest, typeof callback === 'function' ? wrapped : callback)
    }
    stream.pushStream = replacement
  }

  #close(stream: ServerHttp2Stream): void {
    const entry = this.#streams.get(stream)
    if (entry === undefined) return
    this.#streams.delete(stream)
    const { session, kind } = entry
    session.streams.delete(entry)
    session.lastOver = entry
    if (kind !== 'request' || entry.isAside === true) this.#aside--
    if (kind === 'tunnel') this.#tunnelsCut += session.isCut ? 1 : 0
    else if (isStreamAnswered(stream)) this.#answered++
    else if (session.isCut) this.#cut++
    else this.#clientGone++
    this.events.over?.(entry)
  }
}
