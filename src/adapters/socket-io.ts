/**
 * Socket.IO: clients are sent elsewhere in the way in which they come back by themselves.
 *
 * @module
 */
import type { Server as HttpServer } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type Application,
  type AttachOptions,
  type Bound,
  type Handle,
  type Listenable,
  type SayGoodbye,
  SeaworthyError,
  type Service,
  type TrackableServer,
} from 'seaworthy'
import { readServer } from './options/read-server.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods, isServer } from './options/runtime-checks.ts'
import { type EventSource, followEvent } from './socket-io/failed-events.ts'
import { toApplication } from './ws/to-application.ts'

/** As much of a Socket.IO server as this needs. */
export interface SocketIoServer {
  /** Absent until the server is attached to one of HTTP. */
  readonly engine?: object
  // oxlint-disable-next-line typescript/no-explicit-any -- Socket.IO's own has forms for each kind of server
  attach(server: any): unknown
  close(): unknown
}

interface EngineLike {
  readonly clients: object
  on(event: 'connection', listener: (client: never) => void): unknown
}

/** One client of Engine.IO, on which Socket.IO is built. */
interface EngineClient {
  readonly readyState: string
  readonly transport: EngineTransport
  on(event: 'upgrade', listener: () => void): unknown
  close(): unknown
}

interface EngineTransport {
  readonly name: string
  /** The WebSocket of a client that has one. */
  readonly socket?: { readonly _socket?: Duplex | null; close(code?: number, reason?: string): void }
  /** A message of a polling client that is being received. */
  readonly dataReq?: { once(event: 'close', listener: () => void): unknown } | null
}

/** "Going away". @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const GOING_AWAY = 1001
const REASON = 'the service is shutting down'

/**
 * Adds Socket.IO to what answers requests: `start: () => withSocketIo(io, fromExpress(app))`. When the service drains,
 * what is queued for a client is sent and its connection is closed below Socket.IO, WebSocket and polling alike: a
 * client takes that for a lost connection and connects again by itself, to whoever takes new connections. (After a
 * `disconnect` of Socket.IO it would stay away.)
 *
 * @param listenable what serves HTTP; `io` is attached to it if it is not attached yet
 * @default the HTTP server that `io` was given
 * @throws {@link SeaworthyError} `SEA_LISTENER_NOT_LISTENABLE` when there is no server at all
 */
export function withSocketIo(io: SocketIoServer, listenable?: Listenable): Application {
  checkApplication(SERVER, 'withSocketIo()', io)
  const inner = toApplication(listenable ?? serverOf(io))
  if (io.engine === undefined && inner.server !== undefined) io.attach(inner.server)
  const clients = new SocketIoClients(io.engine as EngineLike | undefined)
  return {
    ...inner,
    sayGoodbye: (socket, reason) => clients.sayGoodbye(socket, reason) || (inner.sayGoodbye?.(socket, reason) ?? false),
    announce() {
      clients.goAway()
      inner.announce?.()
    },
    async close() {
      await io.close()
      await inner.close?.()
    },
  }
}

/**
 * Gives a Socket.IO server that exists to `service`, together with the HTTP server behind it. Without `port`, that
 * server listens by itself, or listens already.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'chat' })
 * attach(service, new Server(8080))
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  io: SocketIoServer,
  options: AttachOptions & {
    /** The HTTP server, if `io` has none yet. @default the one that `io` was given or made */
    readonly server?: TrackableServer
  } = {},
): Handle<Bound> {
  checkAttach(SERVER, service, io, options)
  const { name = 'http', server = serverOf(io), ...where } = options
  const application = withSocketIo(io, server)
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => application })
  return service.listener(name, { ...where, adopt: (adopt) => adopt(server), start: () => application })
}

/**
 * Calls `listener` for each `event` of a socket. When it throws, or its promise is rejected, the error is in the log,
 * instead of ending the process, and a client that asked for an acknowledgement gets `{ problem: { status, title, … } }`:
 * of an {@link HttpProblem} what it says, of all others nothing but 500.
 *
 * @example
 * ```ts
 * io.on('connection', (socket) => onEvent(socket, 'order', async (order, acknowledge) => { … }))
 * ```
 */
export function onEvent<Values extends unknown[]>(
  socket: EventSource,
  event: string,
  listener: (...values: Values) => unknown,
): void {
  followEvent(socket, event, listener)
}

export type { EventSource } from './socket-io/failed-events.ts'

const SERVER: AttachKind = {
  module: 'seaworthy/socket.io',
  expected: 'a Server of Socket.IO',
  fits: (io) => hasMethods(io, 'attach', 'close', 'on') && !isServer(io),
  own: readServer,
}

/** The clients of one server, by the connections of those that have a WebSocket. */
class SocketIoClients {
  readonly #engine: EngineLike | undefined
  readonly #bySocket = new WeakMap<Duplex, EngineClient>()
  readonly #earlier = new WeakSet<EngineClient>()
  #isGoingAway = false

  constructor(engine: EngineLike | undefined) {
    this.#engine = engine
    for (const client of this.#clients()) {
      this.#earlier.add(client)
      this.#follow(client)
    }
    engine?.on('connection', (client: EngineClient) => {
      this.#follow(client)
      if (this.#isGoingAway && isPolling(client)) endPolling(client)
    })
  }

  readonly sayGoodbye: SayGoodbye = (socket, reason) => {
    const client = this.#bySocket.get(socket)
    return client !== undefined && closeWebSocket(client, reason)
  }

  /**
   * Clients without a WebSocket hold no connection that could be told goodbye, but a request that waits for news. And
   * Node forgets connections that are upgraded: those of before us are in nobody's account but that of Engine.IO.
   */
  goAway(): void {
    this.#isGoingAway = true
    for (const client of this.#clients()) {
      if (isPolling(client)) endPolling(client)
      else if (this.#earlier.has(client)) closeWebSocket(client, REASON)
    }
  }

  #follow(client: EngineClient): void {
    const note = (): void => {
      const connection = client.transport.socket?._socket
      if (connection !== undefined && connection !== null) this.#bySocket.set(connection, client)
    }
    note()
    client.on('upgrade', note)
  }

  #clients(): readonly EngineClient[] {
    return Object.values(this.#engine?.clients ?? {}) as EngineClient[]
  }
}

function isPolling({ transport }: EngineClient): boolean {
  return transport.name === 'polling'
}

function closeWebSocket(client: EngineClient, reason: string): boolean {
  const { socket: webSocket } = client.transport
  if (webSocket === undefined || client.readyState !== 'open') return false
  // Engine.IO closes its WebSocket without a code; what it calls then is this.
  const close = webSocket.close.bind(webSocket)
  webSocket.close = () => close(GOING_AWAY, reason)
  client.close()
  return true
}

/** Engine.IO destroys a message that is being received, so that one is let in first. */
function endPolling(client: EngineClient): void {
  const { dataReq } = client.transport
  if (dataReq === undefined || dataReq === null) client.close()
  else dataReq.once('close', () => setImmediate(() => client.close()))
}

function serverOf(io: SocketIoServer): HttpServer {
  const { httpServer } = io as { readonly httpServer?: unknown }
  if (httpServer instanceof NetServer) return httpServer as HttpServer
  throw new SeaworthyError('SEA_LISTENER_NOT_LISTENABLE', 'This Socket.IO server has no HTTP server yet', {
    hint: 'Hand over the server that it shall be attached to, too.',
  })
}
