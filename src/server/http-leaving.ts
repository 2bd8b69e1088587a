import type { Cancel, Clock } from '../core/clock.ts'
import { sayCloseWhenWritten } from './connection-close-header.ts'
import { lingeringClose } from './lingering-close.ts'
import type { RequestLedger } from './request-ledger.ts'
import { IdleRetirement } from './retire-idle.ts'
import type { OpenRequest, TrackedConnection } from './tracked-connection.ts'

export interface ConnectionLeavingOptions {
  readonly clock: Clock
  readonly ledger: RequestLedger
  /** How long a connection may stay idle once the listener is closed, in milliseconds. */
  readonly graceMs: number
  /** How long the client's end of a connection is waited for after ours, in milliseconds. */
  readonly lingerMs: number
  /** The headers of an answer were written just now. */
  readonly onWritten: (entry: OpenRequest) => void
}

/**
 * Leads the clients of one HTTP/1.1 server away: behind the next answer of each connection, which says so, and once the
 * listener is closed also those that ask for nothing.
 */
export class ConnectionLeaving {
  readonly #options: ConnectionLeavingOptions
  readonly #retirement: IdleRetirement
  #isListenerClosed = false

  constructor(options: ConnectionLeavingOptions) {
    this.#options = options
    const { clock, ledger, graceMs, lingerMs } = options
    this.#retirement = new IdleRetirement({ clock, graceMs, lingerMs, isBusy: () => ledger.inFlight > 0 })
  }

  /** Idle connections that were closed unused. */
  get idleClosed(): number {
    return this.#retirement.idleClosed
  }

  /** Connections whose request stopped arriving in the middle of its headers. */
  get stalledClosed(): number {
    return this.#retirement.stalledClosed
  }

  /** From now on every answer whose headers are not written yet announces the close of its connection. */
  begin(): void {
    const { ledger } = this.#options
    ledger.events.opened = (entry) => this.#sayClose(entry)
    ledger.events.idle = (connection) => this.#onIdle(connection)
    for (const connection of ledger.connections) if (connection.hasServed) this.#onIdle(connection)
    for (const entry of ledger.requests) this.#sayClose(entry)
  }

  /**
   * Spares silent connections as long as the server is busy, and at most until its limits, early enough for an orderly
   * close.
   */
  spareUntil(limitMs: number, softLimitMs = limitMs): Cancel {
    const { clock, ledger, lingerMs } = this.#options
    ledger.events.quiet = () => this.#retirement.closeSpared()
    const spareMs = Math.max(0, Math.min(softLimitMs, limitMs - lingerMs))
    return clock.schedule(spareMs, () => this.#retirement.closeSpared({ andSpareNone: true }))
  }

  /** Nobody can come any more: from now on connections that are idle leave, too. */
  listenerClosed(): void {
    this.#isListenerClosed = true
    for (const connection of this.#options.ledger.connections) if (connection.isIdle) this.#retire(connection)
  }

  stop(): void {
    const { events } = this.#options.ledger
    this.#retirement.stop()
    events.opened = undefined
    events.idle = undefined
    events.quiet = undefined
  }

  #sayClose(entry: OpenRequest): void {
    const { connection } = entry
    const { clock, lingerMs, onWritten } = this.#options
    const onClose = (): void => {
      connection.isClosing = true
      // What Node calls after the last answer; its own closes both directions at once.
      connection.socket.destroySoon = () => lingeringClose(connection.socket, clock, lingerMs)
    }
    sayCloseWhenWritten(entry, onClose, () => onWritten(entry))
  }

  #onIdle(connection: TrackedConnection): void {
    connection.markIdle()
    if (this.#isListenerClosed) this.#retire(connection)
  }

  #retire(connection: TrackedConnection): void {
    if (!connection.isClosing) this.#retirement.watch(connection)
  }
}
