import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import type { Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'

import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'
import type { LoadGuard } from './shedding/load-guard.ts'

/** A server whose end can be made orderly: HTTP/1.1, HTTP/2 with and without TLS, plain TCP. */
export type TrackableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer | NetServer

/** Finds the matched route of a request, such as `/orders/:id`; `undefined` while there is none. */
export type RouteOf = (request: IncomingMessage) => string | undefined

/**
 * Ends one upgraded connection as its protocol does it, for example with the close code 1001 of WebSocket.
 *
 * @returns false when the connection is none of its own; it is then told goodbye in the default way
 */
export type SayGoodbye = (socket: Duplex, reason: string) => boolean

export interface ServerDrainOptions {
  readonly clock: Clock
  /** What log lines and reports call this server. */
  readonly name: string
  /** @default nothing is logged */
  readonly log?: Log
  /** How to find the matched route of a request, for reports. @default reports name the path, without its query */
  readonly routeOf?: RouteOf
  /** @default WebSockets get a close frame with the code 1001; other upgraded connections are only waited for */
  readonly sayGoodbye?: SayGoodbye
}

export interface DrainingOptions {
  /**
   * Over how long connections that would stay for ever (WebSockets, server-sent events) are told to go, in
   * milliseconds: evenly, so that their clients don't all come back at once. @default 0, all at once
   */
  readonly spreadMs?: number
}

export interface FinishOptions {
  /** When what is left is destroyed, in milliseconds from the call: 0 or more. */
  readonly limitMs: number
  /** When handlers are asked to end by the `signal` of their request, in milliseconds from the call. @default never */
  readonly softLimitMs?: number
  /** Ends the wait at once, as the limit would. */
  readonly signal?: AbortSignal
}

/** What the end of a server cost. */
export interface FinishReport {
  /** Whether nothing was cut. */
  readonly clean: boolean
  readonly tookMs: number
  /** Pieces of work that we cut at the limit. */
  readonly cutCount: number
  /** The oldest of them, at most {@link MAX_LISTED_WORK}. */
  readonly cut: readonly OpenWork[]
  /** Counts by name: `requests`, `answered`, `idleClosed`, `refused`, … Every drain says which in its documentation. */
  readonly figures: Readonly<Record<string, number>>
}

/**
 * The account of one server's work and its orderly end: {@link startDraining} while clients still come, then
 * {@link finish}. Everything may be called any number of times, and nothing throws or rejects, with one exception.
 */
export interface ServerDrain {
  /** Pieces of work that are not over: zero again after any kind of end. */
  readonly inFlight: number
  /** Whether {@link startDraining} was called. */
  readonly isDraining: boolean
  /** The work in flight, the oldest first. */
  openWork(): readonly OpenWork[]
  /** Everything is still served, and each client is told on this occasion to go elsewhere. */
  startDraining(options?: DrainingOptions): void
  /**
   * Closes the listener, waits for what is in flight, and at the limit destroys what is left.
   *
   * @throws what the server's own `close()` throws, where an application has put another in its place; all the rest has
   *   been done by then
   */
  finish(options: FinishOptions): Promise<FinishReport>
  /** Puts `guard` before the handlers of the server; absent where no protocol is spoken in which anything can be refused. */
  guard?(guard: LoadGuard): void
  /** Stops watching the server and leaves it as it was; {@link finish} does so at its end. */
  release(): void
}
