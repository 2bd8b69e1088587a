import type { Socket } from 'node:net'

import type { Clock } from '../core/clock.ts'

/** A connection of a server whose protocol is not known. */
export interface NetConnection {
  /** For TLS the raw one until the handshake is done, then the TLS one. */
  socket: Socket
  readonly startedAt: number
  isHandshaking: boolean
  /** The service was asked to say goodbye on it. */
  wasOffered: boolean
  /** We destroyed it. */
  isCut: boolean
  /** {@link Socket.bytesRead} when the service wrote last: more than that has come since, and may wait for an answer. */
  bytesAnswered: number
}

/** `connections = ended + cut + open`, at any time. */
export interface NetTotals {
  readonly connections: number
  readonly ended: number
  readonly cut: number
}

/** The open connections of one server; each is counted exactly once. */
export class NetLedger {
  onGone: (() => void) | undefined
  readonly #clock: Clock
  readonly #open = new Map<Socket, NetConnection>()
  readonly #onClose: (this: Socket) => void
  #connections = 0
  #ended = 0
  #cut = 0

  constructor(clock: Clock) {
    this.#clock = clock
    const gone = (socket: Socket): void => this.#gone(socket)
    this.#onClose = function onClose() {
      gone(this)
    }
  }

  get size(): number {
    return this.#open.size
  }

  get connections(): Iterable<NetConnection> {
    return this.#open.values()
  }

  get totals(): NetTotals {
    return { connections: this.#connections, ended: this.#ended, cut: this.#cut }
  }

  open(socket: Socket, { isHandshaking }: { readonly isHandshaking: boolean }): void {
    if (this.#open.has(socket) || socket.destroyed) return
    this.#connections++
    const startedAt = this.#clock.now()
    this.#enter({ socket, startedAt, isHandshaking, wasOffered: false, isCut: false, bytesAnswered: 0 })
  }

  /** The TLS handshake over `raw` is done: it is one connection still. */
  secure(raw: Socket | undefined, secure: Socket): void {
    const connection = raw === undefined ? undefined : this.#open.get(raw)
    if (raw === undefined || connection === undefined) {
      this.open(secure, { isHandshaking: false })
      return
    }
    raw.off('close', this.#onClose)
    this.#open.delete(raw)
    connection.socket = secure
    connection.isHandshaking = false
    this.#enter(connection)
  }

  cut(connection: NetConnection): void {
    connection.isCut = true
    connection.socket.destroy()
  }

  #enter(connection: NetConnection): void {
    this.#open.set(connection.socket, connection)
    connection.socket.on('close', this.#onClose)
    noteWrites(connection)
  }

  #gone(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (connection === undefined) return
    this.#open.delete(socket)
    if (connection.isCut) this.#cut++
    else this.#ended++
    this.onGone?.()
  }
}

/** Node has no event for a write. */
function noteWrites(connection: NetConnection): void {
  const { socket } = connection
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  socket.write = (...args: unknown[]): boolean => {
    connection.bytesAnswered = socket.bytesRead
    return write(...args)
  }
}
