import type { Socket } from 'node:net'

import type { Cancel, Clock } from '../core/clock.ts'
import { endEventStream, isEventStream } from './event-stream.ts'
import type { RequestLedger } from './request-ledger.ts'
import { saySpread } from './say-spread.ts'
import type { SayGoodbye } from './server-drain.ts'
import type { OpenRequest, TrackedConnection } from './tracked-connection.ts'
import { hasWholeFrames, sayWebSocketGoodbye } from './websocket-goodbye.ts'

export interface LongLivedOptions {
  readonly clock: Clock
  /** What the server is called. */
  readonly name: string
  readonly ledger: RequestLedger
  readonly sayGoodbye: SayGoodbye | undefined
}

const GOODBYE_REASON = 'the service is shutting down'

/** Tells what would stay for ever that it has to go: streams of server-sent events, and upgraded connections. */
export class LongLived {
  readonly #options: LongLivedOptions
  #cancelSpread: Cancel = () => {}
  #isFinishing = false
  #streamsEnded = 0
  #toldGoodbye = 0

  constructor(options: LongLivedOptions) {
    this.#options = options
  }

  /** Streams of server-sent events that were ended. */
  get streamsEnded(): number {
    return this.#streamsEnded
  }

  /** Upgraded connections that were told. */
  get toldGoodbye(): number {
    return this.#toldGoodbye
  }

  /** Tells all that are there, one after the other, evenly over `spreadMs`. What comes later is told at the end. */
  tellAll(spreadMs: number): void {
    const farewells: (() => void)[] = []
    for (const entry of this.#options.ledger.requests) {
      if (isEventStream(entry.response)) farewells.push(() => this.#endStream(entry))
    }
    for (const connection of this.#options.ledger.connections) {
      if (connection.isUpgraded) farewells.push(() => this.#sayGoodbye(connection))
    }
    this.#cancelSpread = saySpread(this.#options.clock, farewells, spreadMs, (say) => say())
  }

  /** Whatever is left is told at once, and from now on whatever comes. */
  finish(): void {
    this.stop()
    this.#isFinishing = true
    this.tellAll(0)
  }

  /** The headers of an answer were written just now. */
  headersWritten(entry: OpenRequest): void {
    if (this.#isFinishing && isEventStream(entry.response)) this.#endStream(entry)
  }

  upgraded(connection: TrackedConnection): void {
    if (this.#isFinishing) this.#sayGoodbye(connection)
  }

  /** Our end of connections whose peer has not closed since it was told; what is still unsent is sent first. */
  endTold(): void {
    for (const { wasToldGoodbye, socket } of this.#options.ledger.connections) if (wasToldGoodbye) socket.end()
  }

  stop(): void {
    this.#cancelSpread()
  }

  #endStream(entry: OpenRequest): void {
    if (entry.wasToldToEnd === true || entry.response.writableEnded) return
    entry.wasToldToEnd = true
    this.#streamsEnded++
    endEventStream(entry, this.#options.name)
  }

  #sayGoodbye(connection: TrackedConnection): void {
    const { socket, upgrade, wasToldGoodbye } = connection
    if (wasToldGoodbye || upgrade === undefined || socket.writableEnded || socket.destroyed) return
    connection.wasToldGoodbye = true
    whenAnswered(socket, upgrade.bytesBefore, () => {
      if (socket.writableEnded || socket.destroyed) return
      const isOwn = this.#sayItsOwn(socket)
      const isWebSocket = upgrade.request.headers.upgrade?.toLowerCase() === 'websocket'
      if (!isOwn && isWebSocket && hasWholeFrames(socket)) sayWebSocketGoodbye(socket, GOODBYE_REASON)
      else connection.wasToldGoodbye = isOwn
      if (connection.wasToldGoodbye) this.#toldGoodbye++
    })
  }

  #sayItsOwn(socket: Socket): boolean {
    try {
      return this.#options.sayGoodbye?.(socket, GOODBYE_REASON) ?? false
    } catch {
      // It knows its protocol less well than it thought; the default way is still there.
      return false
    }
  }
}

/** Calls back once the handshake of an upgrade is answered: before that, nothing else may be written. */
function whenAnswered(socket: Socket, bytesBefore: number, callback: () => void): void {
  if (socket.bytesWritten > bytesBefore) {
    callback()
    return
  }
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  socket.write = (...args: unknown[]): boolean => {
    Reflect.deleteProperty(socket, 'write')
    // A turn later, behind the whole handshake and what is said with it.
    setImmediate(callback)
    return write(...args)
  }
}
