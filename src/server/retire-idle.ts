import type { Cancel, Clock } from '../core/clock.ts'
import { lingeringClose } from './lingering-close.ts'
import type { TrackedConnection } from './tracked-connection.ts'

/** How long a request that has begun to arrive may stand still before it is given up, in milliseconds. */
const STALLED_HEAD_MS = 2000

const REQUEST_TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

export interface RetireOptions {
  readonly clock: Clock
  readonly graceMs: number
  readonly lingerMs: number
  /** Whether something else keeps the server from its end. */
  readonly isBusy: () => boolean
}

/**
 * Closes idle connections once the listener is closed. A connection is given `graceMs` from the moment when it became
 * idle, because a request may be on its way: that request is answered, with `Connection: close`. As long as the server
 * is busy anyway, a silent connection is spared, for a use of it ends it without any risk. What is still silent then
 * gets our FIN. What HTTP/1.1 can't offer is an answer to a request that meets this FIN on its way.
 */
export class IdleRetirement {
  readonly #options: RetireOptions
  readonly #waiting = new Map<TrackedConnection, Cancel>()
  readonly #spared = new Set<TrackedConnection>()
  #sparesNone = false
  #idleClosed = 0
  #stalledClosed = 0

  constructor(options: RetireOptions) {
    this.#options = options
  }

  /** Connections that were closed without having been used again. */
  get idleClosed(): number {
    return this.#idleClosed
  }

  /** Connections whose request stopped arriving in the middle of its headers. */
  get stalledClosed(): number {
    return this.#stalledClosed
  }

  /** Starts the grace of a connection that is idle now; starts it anew when it is already running. */
  watch(connection: TrackedConnection): void {
    this.#spared.delete(connection)
    this.#check(connection, this.#options.graceMs, connection.bytesWhenIdle)
  }

  /** Closes the connections that were spared while the server was busy, unless they are in use by now. */
  closeSpared({ andSpareNone = false } = {}): void {
    this.#sparesNone ||= andSpareNone
    const spared = [...this.#spared]
    this.#spared.clear()
    for (const connection of spared) this.#check(connection, 0, connection.bytesWhenIdle)
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
    this.#spared.clear()
  }

  #check(connection: TrackedConnection, delayMs: number, bytesSeen: number): void {
    this.#waiting.get(connection)?.()
    const cancelTimer = this.#options.clock.schedule(delayMs, () => {
      // After the phase that reads, so that a request which the kernel already holds is seen first.
      const immediate = setImmediate(() => this.#decide(connection, bytesSeen))
      this.#waiting.set(connection, () => clearImmediate(immediate))
    })
    this.#waiting.set(connection, cancelTimer)
  }

  #decide(connection: TrackedConnection, bytesSeen: number): void {
    this.#waiting.delete(connection)
    const { socket } = connection
    if (socket.destroyed || connection.isClosing || !connection.isIdle) return
    // Requests that Node answers by itself are never told of.
    if (socket.bytesWritten !== connection.writtenWhenIdle) connection.markIdle()
    const bytesNow = socket.bytesRead
    if (bytesNow === connection.bytesWhenIdle) {
      this.#closeIdle(connection)
    } else if (bytesNow !== bytesSeen) {
      // The beginning of a request has arrived, and there was more of it than the last time.
      this.#check(connection, STALLED_HEAD_MS, bytesNow)
    } else {
      this.#stalledClosed++
      if (!connection.isHandshaking) socket.write(REQUEST_TIMEOUT)
      this.#close(connection)
    }
  }

  #closeIdle(connection: TrackedConnection): void {
    // One that has never made its handshake is not a client that comes back.
    if (this.#options.isBusy() && !this.#sparesNone && !connection.isHandshaking) {
      this.#spared.add(connection)
      return
    }
    this.#idleClosed++
    connection.wasClosedIdle = true
    this.#close(connection)
  }

  #close(connection: TrackedConnection): void {
    const { socket } = connection
    connection.isClosing = true
    if (connection.isHandshaking) socket.destroy()
    else lingeringClose(socket, this.#options.clock, this.#options.lingerMs)
  }
}
