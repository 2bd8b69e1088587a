import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { ConfigSnapshot } from '../../config/reload/config-store.ts'
import type { Reloader } from '../../config/reload/reloader.ts'
import type { TrackableServer } from '../../server/server-drain.ts'
import { type AnswerOutcome, outcomeOfResponse, outcomeOfStream } from './answer-outcome.ts'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

const SNAPSHOT = Symbol('seaworthy.config')
const PATH = Symbol('seaworthy.path')

interface Carrier extends EventEmitter {
  [SNAPSHOT]?: ConfigSnapshot<unknown>
  [PATH]?: string | undefined
}

export interface PinOptions {
  /** Told of each answer that says something of the service, with the configuration with which its request began. */
  readonly onAnswer: ((generation: number, isFailure: boolean) => void) | undefined
  /** Whether a URL is that of a probe, whose answer is no work of the service. */
  readonly isProbe: (url: string) => boolean
}

/**
 * Gives each request of a server the configuration that is in force when it begins, until everything of it is over: its
 * handlers and all that they await, and the events of its body and of its answer, which Node emits in the context of the
 * connection.
 *
 * Requests of HTTP/1.1 and HTTP/2, the calls of gRPC among them, whatever framework answers them. What takes a connection
 * over (WebSocket, CONNECT) is one only up to its handshake: what comes on such a connection later sees the configuration of
 * that moment, since it may last as long as the service. Connections of other protocols have no requests that could be
 * known.
 *
 * It overrides `emit` of the server, and of its requests and answers, and nothing that others share.
 */
export class RequestPins {
  readonly #reloader: Reloader<unknown>
  readonly #options: PinOptions
  /** How each is left as it was. */
  readonly #pinned = new WeakMap<TrackableServer, () => void>()
  /** One function for all: what is pinned is on the emitter. */
  readonly #emitInside: Emit

  constructor(reloader: Reloader<unknown>, options: PinOptions) {
    this.#reloader = reloader
    this.#options = options
    const closed = (carrier: Carrier): void => this.#closed(carrier)
    this.#emitInside = function emitInside(this: Carrier, ...args: Parameters<Emit>): boolean {
      const emit = Reflect.get(Object.getPrototypeOf(this) as object, 'emit') as Emit
      if (args[0] === 'close') closed(this)
      const snapshot = this[SNAPSHOT]
      // Where nobody listens there is nobody to show anything to.
      if (snapshot === undefined || this.listenerCount(args[0]) === 0) return emit.apply(this, args)
      return reloader.apply(snapshot, emit, this, args)
    }
  }

  /** From now on. A second call changes nothing. */
  pin(server: TrackableServer): void {
    if (this.#pinned.has(server)) return
    const own = Object.hasOwn(server, 'emit') ? (Reflect.get(server, 'emit') as Emit) : undefined
    const begin = (emit: Emit, args: Parameters<Emit>): boolean => this.#begin(server, emit, args)
    const replacement = function emitPinned(this: EventEmitter, ...args: Parameters<Emit>): boolean {
      // Looked up each time: what observes servers may come after this.
      const emit = own ?? (Reflect.get(Object.getPrototypeOf(server) as object, 'emit') as Emit)
      return beginsRequest(args) ? begin(emit, args) : emit.apply(server, args)
    }
    server.emit = replacement
    this.#pinned.set(server, () => {
      // Whoever has overridden it after us keeps what they have; ours then only pins.
      if (server.emit !== replacement) return
      if (own === undefined) Reflect.deleteProperty(server, 'emit')
      else server.emit = own
    })
  }

  /** Leaves a server as it was. */
  release(server: TrackableServer): void {
    this.#pinned.get(server)?.()
    this.#pinned.delete(server)
  }

  #begin(server: TrackableServer, emit: Emit, args: Parameters<Emit>): boolean {
    const snapshot = this.#reloader.latestSnapshot
    const [event, first, second] = args as [string, Carrier, unknown]
    if (event === 'stream') {
      const headers = second as IncomingHttpHeaders
      if (headers[':method'] !== 'CONNECT') {
        first[PATH] = headers[':path']
        this.#keep(first, snapshot)
      }
    } else if (event !== 'upgrade' && event !== 'connect') {
      this.#keep(first, snapshot)
      this.#keep(second as Carrier | undefined, snapshot)
    }
    return this.#reloader.apply(snapshot, emit, server, args)
  }

  #keep(emitter: Carrier | undefined, snapshot: ConfigSnapshot<unknown>): void {
    // Adapters emit requests with objects of their own: serverless, injected tests.
    if (typeof emitter?.emit !== 'function' || emitter[SNAPSHOT] !== undefined) return
    emitter[SNAPSHOT] = snapshot
    if (!Object.hasOwn(emitter, 'emit')) {
      emitter.emit = this.#emitInside
      return
    }
    // Somebody has put something of their own there, which is still to be called.
    const own = Reflect.get(emitter, 'emit') as Emit
    const reloader = this.#reloader
    const closed = (carrier: Carrier): void => this.#closed(carrier)
    emitter.emit = function emitInsideOwn(this: Carrier, ...args: Parameters<Emit>): boolean {
      if (args[0] === 'close') closed(this)
      return reloader.apply(snapshot, own, this, args)
    }
  }

  #closed(carrier: Carrier): void {
    const { onAnswer, isProbe } = this.#options
    const snapshot = carrier[SNAPSHOT]
    if (snapshot === undefined || onAnswer === undefined) return
    const outcome = outcomeOf(carrier)
    if (outcome === undefined) return
    const url = carrier[PATH] ?? (carrier as Partial<ServerResponse>).req?.url ?? ''
    if (!isProbe(url)) onAnswer(snapshot.generation, outcome === 'failed')
  }
}

/** Whether a server hands out a request by this event. One of HTTP/2 comes as a stream, and is the same again as a request. */
function beginsRequest(args: Parameters<Emit>): boolean {
  switch (args[0]) {
    case 'stream':
      return isStream(args[1])
    case 'request':
    case 'checkContinue':
    case 'checkExpectation':
    case 'upgrade':
    case 'connect':
      return ((args[1] as Partial<IncomingMessage> | undefined)?.httpVersionMajor ?? 2) < 2
    default:
      return false
  }
}

/** Servers may have events of their own by this name. */
function isStream(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'rstCode' in value
}

function outcomeOf(carrier: Carrier): AnswerOutcome {
  if (isStream(carrier)) return outcomeOfStream(carrier as unknown as ServerHttp2Stream)
  return 'statusMessage' in carrier && 'writableFinished' in carrier
    ? outcomeOfResponse(carrier as unknown as ServerResponse)
    : undefined
}
