/**
 * WebSockets of the `ws` package: ended with a close frame, after what was on its way to the client.
 *
 * @module
 */
import { createServer, type IncomingMessage } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import type {
  Application,
  ApplicationHooks,
  AttachOptions,
  Bound,
  Handle,
  Listenable,
  Service,
  TrackableServer,
} from 'seaworthy'

/** As much of a `WebSocket` as this needs. */
export interface WebSocketLike {
  close(code: number, reason: string): void
  on(event: 'close', listener: () => void): unknown
}

/** As much of a `WebSocketServer` as this needs; that of `@fastify/websocket` and of `@hono/node-server` is one, too. */
export interface WebSocketServerLike {
  readonly options?: { readonly server?: unknown }
  readonly clients?: Iterable<object>
  on(event: 'connection', listener: (socket: WebSocketLike, request: IncomingMessage) => void): unknown
  close(callback?: (error?: Error) => void): void
}

/** "Going away": the endpoint is shut down. @see https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const GOING_AWAY = 1001
/** A control frame carries at most 125 bytes, 2 of which are the code. */
const MAX_REASON_BYTES = 123

/**
 * Adds the WebSockets of `sockets` to what answers requests: `start: () => withWebSockets(sockets, app)`. When the
 * service drains, each gets `close(1001, reason)` behind the messages that are queued for it; one that has not answered
 * by the deadline is cut, and counted.
 *
 * @param listenable what serves the upgrade requests: a handler, a server, or what another adapter made
 * @default the server that `sockets` was given
 */
export function withWebSockets(sockets: WebSocketServerLike, listenable?: Listenable): Application {
  const inner = toApplication(listenable ?? serverOf(sockets))
  const farewell = new WebSocketFarewell(sockets)
  return {
    ...inner,
    sayGoodbye: (socket, reason) => farewell.say(socket, reason) || (inner.sayGoodbye?.(socket, reason) ?? false),
    announce() {
      farewell.sayToEarlier()
      inner.announce?.()
    },
    async close() {
      await farewell.earlierGone()
      sockets.close()
      await inner.close?.()
    },
  }
}

/**
 * Gives a `WebSocketServer` that exists to `service`, together with the HTTP server behind it. Without `port`, that
 * server listens by itself, or listens already.
 *
 * @example
 * ```ts
 * const service = createService({ name: 'chat' })
 * attach(service, new WebSocketServer({ port: 8080 }))
 * await service.run()
 * ```
 */
export function attach<Config>(
  service: Service<Config>,
  sockets: WebSocketServerLike,
  options: AttachOptions & {
    /** The server that takes the upgrades, for `noServer`. @default the one that `sockets` was given or made */
    readonly server?: TrackableServer
  } = {},
): Handle<Bound> {
  const { name = 'http', server = serverOf(sockets), ...where } = options
  const application = withWebSockets(sockets, server)
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => application })
  return service.listener(name, { ...where, adopt: (adopt) => adopt(server), start: () => application })
}

const REASON = 'the service is shutting down'

/** How the WebSockets of one server are told goodbye. */
export class WebSocketFarewell {
  readonly #byConnection = new WeakMap<Duplex, WebSocketLike>()
  readonly #earlier = new Set<WebSocketLike>()

  constructor(sockets: WebSocketServerLike) {
    sockets.on('connection', (socket, request) => this.#byConnection.set(request.socket, socket))
    for (const client of (sockets.clients ?? []) as Iterable<WebSocketLike>) {
      this.#earlier.add(client)
      client.on('close', () => this.#earlier.delete(client))
    }
  }

  /** @returns false for a connection that is none of this server's */
  say(connection: Duplex, reason: string): boolean {
    const client = this.#byConnection.get(connection)
    client?.close(GOING_AWAY, shorten(reason))
    return client !== undefined
  }

  /** Node forgets connections that are upgraded: those of before are in nobody's account but that of `ws`. */
  sayToEarlier(): void {
    for (const client of this.#earlier) client.close(GOING_AWAY, REASON)
  }

  /** Resolves when those of before have answered; the time for it is that of the stop. */
  async earlierGone(): Promise<void> {
    await Promise.all([...this.#earlier].map((client) => new Promise<void>((resolve) => client.on('close', resolve))))
  }
}

function shorten(reason: string): string {
  return Buffer.byteLength(reason) <= MAX_REASON_BYTES ? reason : Buffer.from(reason).toString('latin1', 0, 60)
}

/** `ws` keeps the server that it was given in its options, and one that it made itself in a field of its own. */
function serverOf(sockets: WebSocketServerLike): TrackableServer {
  const { options, _server: own } = sockets as WebSocketServerLike & { readonly _server?: unknown }
  const server = options?.server ?? own
  if (server instanceof NetServer) return server
  throw new TypeError('This WebSocketServer has no server of its own: hand over the one that takes its upgrades')
}

/** Anything that answers requests, as an object whose functions may be called apart from it. */
export function toApplication(listenable: Listenable): Application {
  if (typeof listenable === 'function') return { server: createServer(listenable) }
  if (listenable instanceof NetServer) return { server: listenable }
  const { ready, close, announce, routeOf, sayGoodbye } = listenable
  const hooks: ApplicationHooks = {
    ...(ready === undefined ? {} : { ready: async () => ready.call(listenable) }),
    ...(close === undefined ? {} : { close: async () => close.call(listenable) }),
    ...(announce === undefined ? {} : { announce: () => announce.call(listenable) }),
    ...(routeOf === undefined ? {} : { routeOf: (request) => routeOf.call(listenable, request) }),
    ...(sayGoodbye === undefined
      ? {}
      : { sayGoodbye: (socket, reason) => sayGoodbye.call(listenable, socket, reason) }),
  }
  if (listenable.server !== undefined) return { server: listenable.server, ...hooks }
  const { listen } = listenable
  return listen === undefined ? hooks : { listen: listen.bind(listenable), ...hooks }
}
