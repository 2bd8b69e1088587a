import type { IncomingMessage } from 'node:http'
import { type ApplicationHooks, setHttpRoute, signalOf, type TrackableServer } from 'seaworthy'
import { WebSocketFarewell, type WebSocketServerLike } from '../ws/web-socket-farewell.ts'

/** As much of a Fastify instance as this needs. */
export interface FastifyApp {
  readonly server: TrackableServer
  ready(): PromiseLike<unknown>
  close(): PromiseLike<unknown>
}

/** As much of a Fastify request as this needs. */
interface FastifyRequest {
  readonly routeOptions?: { readonly url?: string | undefined }
  [RAW]?: RawRequest
  [SIGNAL]?: AbortSignal
}

type RawRequest = IncomingMessage & { [REQUEST]?: FastifyRequest }

const RAW = Symbol('the request of node')
const REQUEST = Symbol('the request of Fastify')
const SIGNAL = Symbol('signal of the request')
const PREPARED = Symbol.for('seaworthy.fastify.prepared')

/**
 * Told to listen on `localhost`, which is its default, Fastify opens a server for each address of it, and the instance
 * shows only the first.
 */
export function adoptAll(app: FastifyApp, adopt: (server: TrackableServer) => void): void {
  adopt(app.server)
  const others = fieldOf<TrackableServer[]>(app, 'fastify.serverBindings')
  if (others === undefined) return
  for (const server of others) adopt(server)
  others.push = (...servers) => {
    for (const server of servers) adopt(server)
    return Array.prototype.push.apply(others, servers)
  }
}

/** All of an instance but where it listens. */
export function orderlyEnd(app: FastifyApp): ApplicationHooks {
  watch(app)
  // A plugin is loaded by the time at which there is a WebSocket.
  let farewell: WebSocketFarewell | undefined
  const follow = (): WebSocketFarewell | undefined => {
    const { websocketServer: sockets } = app as { readonly websocketServer?: WebSocketServerLike }
    farewell ??= sockets === undefined ? undefined : new WebSocketFarewell(sockets)
    return farewell
  }
  app.server.prependListener('upgrade', follow)
  follow()
  return {
    routeOf: (request) => (request as RawRequest)[REQUEST]?.routeOptions?.url,
    sayGoodbye: (socket, reason) => farewell?.say(socket, reason) ?? false,
    announce() {
      keepOthersOpen(app)
      farewell?.sayToEarlier()
    },
    async close() {
      await farewell?.earlierGone()
      await app.close()
    },
  }
}

/**
 * When its first server has closed, Fastify closes the others with their idle connections, on which a request may be
 * under way. They are ended like the first one instead.
 */
function keepOthersOpen({ server }: FastifyApp): void {
  for (const listener of server.listeners('close') as (() => void)[]) {
    if (listener.name === 'closeSecondary') server.off('close', listener)
  }
}

/** Lets requests be found by those of Node, and gives them a signal that knows the shutdown. Safe to call again. */
function watch(app: FastifyApp): void {
  const prototype = requestPrototype(app)
  if (prototype === undefined || Object.hasOwn(prototype, PREPARED)) return
  const native = Object.getOwnPropertyDescriptor(prototype, 'signal')
  const signal: PropertyDescriptor & ThisType<FastifyRequest> = {
    configurable: true,
    get() {
      const raw = this[RAW] as RawRequest
      return (this[SIGNAL] ??=
        native === undefined ? signalOf(raw) : eitherOf(native.get?.call(this) as AbortSignal, signalOf(raw)))
    },
  }
  const rawProperty: PropertyDescriptor & ThisType<FastifyRequest> = {
    configurable: true,
    enumerable: true,
    get() {
      return this[RAW]
    },
    // Fastify has set the route of a request when it sets this.
    set(raw: RawRequest) {
      this[RAW] = raw
      raw[REQUEST] = this
      // That of the prototype, where there is one, can't be replaced.
      Object.defineProperty(this, 'signal', signal)
      const url = this.routeOptions?.url
      if (url !== undefined) setHttpRoute(url)
    },
  }
  Object.defineProperties(prototype, { [PREPARED]: { value: true }, raw: rawProperty })
}

/**
 * The prototype that requests of all contexts share, and of all instances made by this copy of Fastify. Those of single
 * contexts are dropped at the start unless something is decorated there, and many an application has started already.
 */
function requestPrototype(app: FastifyApp): object | undefined {
  let made = fieldOf<RequestConstructor>(app, 'fastify.Request')
  while (made?.parent !== undefined) made = made.parent
  return made?.prototype
}

interface RequestConstructor {
  readonly prototype: object
  readonly parent?: RequestConstructor
}

/** `AbortSignal.any` keeps each result alive as long as its longest source; these end with their request. */
function eitherOf(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason)
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller.signal
}

/** Fields of an instance that have a symbol for a name. They are the same in all versions of Fastify 4 and 5. */
function fieldOf<T>(app: object, description: string): T | undefined {
  for (let level: object | null = app; level !== null; level = Object.getPrototypeOf(level) as object | null) {
    const symbol = Object.getOwnPropertySymbols(level).find((each) => each.description === description)
    if (symbol !== undefined) return (app as Readonly<Record<symbol, unknown>>)[symbol] as T
  }
  return undefined
}
