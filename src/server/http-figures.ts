/**
 * The figures of an HTTP/1.1 server in the report on its end, counted since it is tracked.
 * `requests = answered + clientGone + cut + in flight`, at any time.
 */
export interface HttpFigures extends Readonly<Record<string, number>> {
  /** Requests given to the service. */
  readonly requests: number
  /** The last byte of the answer was handed to the kernel. */
  readonly answered: number
  /** Those of them that were answered once clients were told to go elsewhere: what a shutdown without a drain loses. */
  readonly answeredInDrain: number
  /** Those that were asked to end at the soft deadline, by a signal that their handler uses, and did. */
  readonly interrupted: number
  /** Ended without a complete answer because the client went away, or because the handler destroyed its response. */
  readonly clientGone: number
  /** Requests that we cut at the limit. */
  readonly cut: number
  /** Connections that another protocol has taken over: WebSocket, CONNECT. */
  readonly upgraded: number
  /** Those of them that were told that we go away: WebSockets by a close frame with the code 1001. */
  readonly toldGoodbye: number
  /** Those of them that were still open at the limit and that we destroyed. */
  readonly upgradedCut: number
  /** Streams of server-sent events that we ended; they count as `answered`, too. */
  readonly streamsEnded: number
  /**
   * Requests that arrived on a connection after its close had been announced. The service never saw them, so a client
   * may send them again elsewhere (RFC 9112 §9.6).
   */
  readonly refused: number
  /** Idle connections that were closed unused. */
  readonly idleClosed: number
  /**
   * Requests that met our close of such a connection on their way, so that nobody can answer them: what HTTP/1.1 can't
   * rule out. The service never saw them. Those that arrive after the connection is gone are not known here.
   */
  readonly metClose: number
  /** Connections that the kernel had accepted and that were taken in at the last moment instead of being reset. */
  readonly acceptedLate: number
  /** Connections whose request stopped arriving in the middle of its headers. */
  readonly stalled: number
}
