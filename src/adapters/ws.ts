/**
 * WebSockets of the `ws` package: ended with a close frame, after what was on its way to the client.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { Server as NetServer } from 'node:net'
import {
  type Application,
  type AttachOptions,
  type Bound,
  type Handle,
  type Listenable,
  SeaworthyError,
  type Service,
  type TrackableServer,
} from 'seaworthy'
import { readServer } from './options/read-server.ts'
import { type AttachKind, checkApplication, checkAttach, hasMethods, isServer } from './options/runtime-checks.ts'
import { followMessages, type MessageSource } from './ws/failed-messages.ts'
import { toApplication } from './ws/to-application.ts'
import { WebSocketFarewell, type WebSocketServerLike } from './ws/web-socket-farewell.ts'

export type { MessageSource } from './ws/failed-messages.ts'
export type { WebSocketLike, WebSocketServerLike } from './ws/web-socket-farewell.ts'

/**
 * Adds the WebSockets of `sockets` to what answers requests: `start: () => withWebSockets(sockets, app)`. When the
 * service drains, each gets `close(1001, reason)` behind the messages that are queued for it; one that has not answered
 * by the deadline is cut, and counted.
 *
 * @param listenable what serves the upgrade requests: a handler, a server, or what another adapter made
 * @default the server that `sockets` was given
 * @throws {@link SeaworthyError} `SEA_LISTENER_NOT_LISTENABLE` when there is no server at all
 */
export function withWebSockets(sockets: WebSocketServerLike, listenable?: Listenable): Application {
  checkApplication(SERVER, 'withWebSockets()', sockets)
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
  checkAttach(SERVER, service, sockets, options)
  const { name = 'http', server = serverOf(sockets), ...where } = options
  const application = withWebSockets(sockets, server)
  if (where.port !== undefined) return service.listener(name, { ...where, start: () => application })
  return service.listener(name, { ...where, adopt: (adopt) => adopt(server), start: () => application })
}

/**
 * Calls `listener` for each message of a WebSocket. When it throws, or its promise is rejected, the connection is closed
 * with 1011 and nothing of the error (an {@link HttpProblem} below 500 with 1008 and its detail), and the error is in
 * the log, instead of ending the process.
 *
 * @example
 * ```ts
 * sockets.on('connection', (socket, request) => onMessage(socket, request, async (data) => { … }))
 * ```
 */
export function onMessage<Data>(
  socket: MessageSource,
  request: IncomingMessage,
  listener: (data: Data, isBinary: boolean) => unknown,
): void {
  followMessages(socket, request, listener)
}

const SERVER: AttachKind = {
  module: 'seaworthy/ws',
  expected: 'a WebSocketServer of ws',
  fits: (sockets) => hasMethods(sockets, 'on', 'close') && !isServer(sockets),
  own: readServer,
}

/** `ws` keeps the server that it was given in its options, and one that it made itself in a field of its own. */
function serverOf(sockets: WebSocketServerLike): TrackableServer {
  const { options, _server: own } = sockets as WebSocketServerLike & { readonly _server?: unknown }
  const server = options?.server ?? own
  if (server instanceof NetServer) return server
  throw new SeaworthyError('SEA_LISTENER_NOT_LISTENABLE', 'This WebSocketServer has no HTTP server of its own', {
    hint: 'Hand over the server that takes its upgrades, too.',
  })
}
