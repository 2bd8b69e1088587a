import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

import type { Clock } from '../core/clock.ts'
import { isAnswered } from './is-answered.ts'
import { type OpenItem, type OpenRequest, TrackedConnection } from './tracked-connection.ts'

/** Counts of a server since it was tracked. `requests = answered + clientGone + cut + in flight`, at any time. */
export interface RequestTotals {
  /** Requests given to the service. */
  readonly requests: number
  /** The last byte of the answer was handed to the kernel. */
  readonly answered: number
  /** Ended without a complete answer because the client went away, or because the handler destroyed its response. */
  readonly clientGone: number
  /** Cut by us, at the hard deadline. */
  readonly cut: number
  /** Connections that another protocol has taken over. */
  readonly upgraded: number
}

export interface LedgerEvents {
  /** A request begins, before any listener of the service has seen it. */
  opened?: ((entry: OpenRequest) => void) | undefined
  /** A connection has no open request: it is new, or its last one is over. */
  idle?: ((connection: TrackedConnection) => void) | undefined
  /** Another protocol takes a connection over; its handshake is not answered yet. */
  upgraded?: ((connection: TrackedConnection) => void) | undefined
  /** Nothing is in flight any more. */
  quiet?: (() => void) | undefined
  /** There is no connection any more. */
  empty?: (() => void) | undefined
}

/** Connections that are in an account, whichever server has it. */
const entered = new WeakSet<Socket>()

/** Keeps account of the connections of one server and of the requests on them; each is counted exactly once. */
export class RequestLedger {
  readonly events: LedgerEvents = {}
  readonly #clock: Clock
  readonly #connections = new Map<Socket, TrackedConnection>()
  readonly #onResponseClose: (this: ServerResponse) => void
  readonly #onSocketClose: (this: Socket) => void
  #lastArrivalAt = -Infinity
  #requests = 0
  #requestsOpen = 0
  #asideOpen = 0
  #answered = 0
  #clientGone = 0
  #cut = 0
  #upgraded = 0
  #upgradedOpen = 0

  constructor(clock: Clock) {
    this.#clock = clock
    const closeResponse = (response: ServerResponse): void => this.#closeResponse(response)
    const closeSocket = (socket: Socket): void => this.#disconnect(socket)
    // One function for all, told apart by `this`: a request costs no closure.
    this.#onResponseClose = function onResponseClose() {
      closeResponse(this)
    }
    this.#onSocketClose = function onSocketClose() {
      closeSocket(this)
    }
  }

  /** Requests that are not over, and upgraded connections. */
  get inFlight(): number {
    return this.#requestsOpen + this.#upgradedOpen
  }

  /** Requests that are not over, without those {@link setAside}. */
  get load(): number {
    return this.#requestsOpen - this.#asideOpen
  }

  get requestCount(): number {
    return this.#requests
  }

  get totals(): RequestTotals {
    return {
      requests: this.#requests,
      answered: this.#answered,
      clientGone: this.#clientGone,
      cut: this.#cut,
      upgraded: this.#upgraded,
    }
  }

  /** The requests that are not over. */
  get requests(): readonly OpenRequest[] {
    return [...this.#connections.values()].flatMap(({ requests }) => requests)
  }

  get connections(): Iterable<TrackedConnection> {
    return this.#connections.values()
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** When somebody connected the last time, on the scale of the clock. */
  get lastArrivalAt(): number {
    return this.#lastArrivalAt
  }

  connectionOf(socket: Socket): TrackedConnection | undefined {
    return this.#connections.get(socket)
  }

  responseTo(request: IncomingMessage): ServerResponse | undefined {
    for (const entry of this.#connections.get(request.socket)?.requests ?? []) {
      if (entry.request === request) return entry.response
    }
    return undefined
  }

  connect(socket: Socket, options: { readonly isHandshaking?: boolean } = {}): TrackedConnection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    this.#lastArrivalAt = this.#clock.now()
    const connection = new TrackedConnection(socket)
    connection.isHandshaking = options.isHandshaking ?? false
    this.#connections.set(socket, connection)
    entered.add(socket)
    socket.on('close', this.#onSocketClose)
    this.events.idle?.(connection)
    return connection
  }

  /** The TLS handshake over `raw` is done: it is one connection still, now spoken to through `secure`. */
  secure(raw: Socket | undefined, secure: Socket): void {
    const connection = raw === undefined ? undefined : this.#connections.get(raw)
    if (raw === undefined || connection === undefined) {
      this.connect(secure)
      return
    }
    raw.off('close', this.#onSocketClose)
    this.#connections.delete(raw)
    connection.socket = secure
    entered.add(secure)
    connection.isHandshaking = false
    this.#connections.set(secure, connection)
    secure.on('close', this.#onSocketClose)
    this.events.idle?.(connection)
  }

  /** The connection turned out to speak another protocol, whose own ledger has it. */
  disown(socket: Socket | undefined): void {
    if (socket === undefined || !this.#connections.has(socket)) return
    socket.off('close', this.#onSocketClose)
    entered.delete(socket)
    this.#disconnect(socket)
  }

  /** Enters a request. A second call with the same response changes nothing, and neither does one that comes too late. */
  open(request: IncomingMessage, response: ServerResponse): void {
    if (response.destroyed) return
    const connection = this.connect(request.socket)
    if (connection.entryOf(response) !== undefined) return
    const entry: OpenRequest = { request, response, connection, startedAt: this.#clock.now() }
    this.#requests++
    this.#requestsOpen++
    connection.requests.push(entry)
    connection.hasServed = true
    // 'close' comes after 'finish', which Node emits once the kernel has the last byte, or when the socket has died.
    response.on('close', this.#onResponseClose)
    this.events.opened?.(entry)
  }

  /** Leaves a request that is open out of the {@link load}. */
  setAside(response: ServerResponse): void {
    const entry = this.#connections.get(response.req.socket)?.entryOf(response)
    if (entry === undefined || entry.isAside === true) return
    entry.isAside = true
    this.#asideOpen++
  }

  /** Enters an upgrade. One that another server has handed on, as Fastify does, stays in the account of that one. */
  upgrade(request: IncomingMessage): void {
    if (!this.#connections.has(request.socket) && entered.has(request.socket)) return
    const connection = this.connect(request.socket)
    if (connection.isUpgraded) return
    connection.upgrade = { request, startedAt: this.#clock.now(), bytesBefore: request.socket.bytesWritten }
    this.#upgraded++
    this.#upgradedOpen++
    this.events.upgraded?.(connection)
  }

  /** Requests and upgraded connections that are not over, the oldest first. */
  openItems(): readonly OpenItem[] {
    const items: OpenItem[] = []
    for (const { request, startedAt } of this.requests) items.push({ kind: 'request', request, startedAt })
    for (const { upgrade } of this.#connections.values()) {
      if (upgrade !== undefined)
        items.push({ kind: 'connection', request: upgrade.request, startedAt: upgrade.startedAt })
    }
    return items.sort((a, b) => a.startedAt - b.startedAt)
  }

  /** Cuts a connection; the requests that it still carried are over at once. */
  destroy(connection: TrackedConnection): void {
    connection.isDestroyed = true
    this.#closeAll(connection)
    connection.socket.destroy()
  }

  #closeResponse(response: ServerResponse): void {
    const entry = this.#connections.get(response.req.socket)?.entryOf(response)
    if (entry !== undefined) this.#close(entry)
  }

  #closeAll({ requests }: TrackedConnection): void {
    // Each leaves the list as it is closed.
    for (let last = requests.at(-1); last !== undefined; last = requests.at(-1)) this.#close(last)
  }

  #close(entry: OpenRequest): void {
    const { connection, response } = entry
    if (!connection.remove(entry)) return
    this.#requestsOpen--
    if (entry.isAside === true) this.#asideOpen--
    if (isAnswered(response, connection.socket)) this.#answered++
    else if (connection.isDestroyed) this.#cut++
    else this.#clientGone++
    if (connection.isIdle && !connection.socket.destroyed) this.events.idle?.(connection)
    if (this.inFlight === 0) this.events.quiet?.()
  }

  #disconnect(socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return
    this.#connections.delete(socket)
    // Node 22 never emits 'close' on the response of a pipelined request that was still waiting for its turn.
    this.#closeAll(connection)
    if (connection.isUpgraded) {
      this.#upgradedOpen--
      if (this.inFlight === 0) this.events.quiet?.()
    }
    if (this.#connections.size === 0) this.events.empty?.()
  }
}
