import type { RequestListener } from 'node:http'
import type { RouteOf, SayGoodbye, TrackableServer } from '../server/server-drain.ts'

/**
 * What a listener's `start` may return: a request handler, a server of any protocol that Node speaks, or an
 * {@link Application}. A server that listens already is adopted: it is drained like any other, and not bound again.
 */
export type Listenable = RequestListener | TrackableServer | Application

/** Where a listener is asked to listen. */
export interface ListenTarget {
  /** 0 for any free port. */
  readonly port: number
  /** @default all interfaces */
  readonly host?: string
}

/** Where an application listens that binds by itself. */
export interface Listening {
  readonly host: string
  readonly port: number
  /** What it listens with: these are drained. At least one. */
  readonly servers: readonly TrackableServer[]
}

/** What an application may say about itself. Every method is called on the object itself. */
export interface ApplicationHooks {
  /** Awaited before anything listens. */
  readonly ready?: () => unknown
  /** Finds the matched route of a request, for reports. @default reports name the path */
  readonly routeOf?: RouteOf
  /** Ends an upgraded connection as its protocol does it. @default WebSockets get the code 1001 */
  readonly sayGoodbye?: SayGoodbye
  /**
   * The shutdown has been announced: readiness fails from now on, everything is still served. For what tells clients in
   * a way of its own, such as the health service of gRPC. Must not wait.
   */
  readonly announce?: () => void
  /** Called when the listener has closed and nothing is in flight any more, together with the stops of resources. */
  readonly close?: () => unknown
}

/** An application with a server. A Fastify instance is one as it is; whatever else it has is left alone. */
export interface ServerApplication extends ApplicationHooks {
  /** What answers requests: bound by the runtime, or adopted if it listens already. */
  readonly server: TrackableServer
}

/** An application that opens its servers by itself, such as gRPC, or whose servers are adopted. */
export interface SelfListeningApplication extends ApplicationHooks {
  readonly server?: undefined
  /**
   * Listens and tells with what: everything that it opened is drained like any other server. Left out where
   * {@link ListenerDefinition.adopt} hands the servers over.
   */
  readonly listen?: (where: ListenTarget, context: { readonly signal: AbortSignal }) => Promise<Listening>
}

/** An application as a framework has it, made one by an adapter or as it is. */
export type Application = ServerApplication | SelfListeningApplication

/**
 * Enters a server that its application tells to listen: from this call on, its connections and requests are in the
 * account.
 *
 * @throws {@link SeaworthyError} `SEA_LISTENER_CLAIMED` when another listener has it
 */
export type AdoptServer = (server: TrackableServer) => void
