import type { Route } from '../facts.ts'
import type { RequestEvent } from '../history/client-events.ts'

/** What goes on until it is stopped. */
export interface RunningLoad {
  /** Sends nothing new; resolves when everything that was sent is settled. Safe to call again. */
  stop(): Promise<void>
  /** Sends nothing new. Connections stay open as long as the service leaves them. */
  sendNoMore(): void
  /**
   * Goes on over the connections that stand and opens no further ones, as behind a balancer that has heard of the end. What
   * was due on one that has ended goes elsewhere, and is not sent. For a load without kept connections: sends no more.
   */
  openNoMore(): void
  readonly sentCount: number
  readonly inFlightCount: number
  /** Requests that were due and not sent because too many waited already: our own excess, never the service's loss. */
  readonly droppedCount: number
}

/** What requests of a load carry. */
export interface RequestShape {
  /** @default the routes of the service, in turns */
  readonly route?: Route
  /**
   * What is sent as `traceparent`: sampled, not sampled, or nothing. A sampled one is unique for each request.
   *
   * @default sampled
   */
  readonly trace?: 'sampled' | 'not-sampled' | 'none'
  /** Adds a unique text to the query, which is found again downstream and in logs. @default false */
  readonly nonce?: boolean
  /** Besides those of the route. */
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/**
 * Load on the service, by clients that never retry and tell what became of each request, over the wire's delay. All of it
 * is open-loop unless it says otherwise: requests go out when they are due, whatever the service does.
 *
 * Of a service that speaks HTTP/2 without TLS only, a connection is a session of HTTP/2 and to give up is RST_STREAM with
 * CANCEL; what is left out there says so.
 */
export interface Loads {
  /** One way, in milliseconds: 0 until it is set, for connections made from then on. */
  wireDelayMs: number
  /** Requests, each on a connection of its own. Load `new`. */
  newConnections(options: RequestShape & { readonly perSecond: number }): RunningLoad
  /** Requests over kept connections, each used in its turn, so that some are idle at any time. Load `keep-alive`. */
  keepAlive(options: RequestShape & { readonly connections: number; readonly perSecond: number }): RunningLoad
  /**
   * Keeps so many requests in flight that take long, by whatever means there is: the slow route, else uploads that are
   * dripped over 1.5 s, else the routes as they are when there is a dependency that the voyage can slow down, else a
   * dripped POST to the first route. Load `slow`, or `drip`. Over HTTP/2 only: the slow route, else the routes as they are.
   */
  slow(options: RequestShape & { readonly inFlight: number }): RunningLoad
  /** Uploads whose bodies are sent a piece at a time over `lastMs`. Load `drip`. Nothing over HTTP/2. */
  drip(options: RequestShape & { readonly inFlight: number; readonly lastMs: number }): RunningLoad
  /**
   * So many requests at any time whose headers never end (Slowloris): a line more each second. One that the service sends away
   * comes back after a second; at the end of the load all go away in the middle. Load `slow-headers`. Nothing over HTTP/2.
   */
  slowHeaders(options: RequestShape & { readonly connections: number }): RunningLoad
  /** Requests whose answers are read slowly. Load `slow-reader`. Nothing over HTTP/2. */
  slowReaders(options: RequestShape & { readonly inFlight: number; readonly bytesPerSecond: number }): RunningLoad
  /** As fast as the service answers, over so many connections: closed-loop. Load `burn`. */
  burn(options: RequestShape & { readonly connections: number }): RunningLoad
  /** Sessions of HTTP/2 with streams, and new sessions. Load `http2`. */
  http2(
    options: RequestShape & {
      readonly sessions: number
      readonly streamsPerSecond: number
      readonly newSessionsPerSecond: number
    },
  ): RunningLoad
  /** WebSockets that are idle, and some that send and expect something. Load `websocket`. Over HTTP/1.1. */
  webSockets(options: { readonly path: string; readonly idle: number; readonly chatting: number }): RunningLoad
  /** Streams of server-sent events. Load `sse`. Over HTTP/1.1. */
  eventStreams(options: { readonly path: string; readonly count: number }): RunningLoad
  /** Requests that the client gives up after so long. Load `aborting`. */
  aborting(options: RequestShape & { readonly perSecond: number; readonly afterMs: number }): RunningLoad
  /** Connections that stand and say nothing. Load `idle`. */
  idle(options: { readonly connections: number }): RunningLoad
  /** One request, with a load's name of its own. Never rejects. */
  once(load: string, shape: RequestShape): Promise<RequestEvent>
  /** Ends everything that still goes on: what is in flight may settle for two seconds, then it is given up as `unsettled`. */
  stopAll(): Promise<void>
}
