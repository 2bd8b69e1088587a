import type { RequestDescription } from './request-description.ts'

/** What the end of a server cost. */
export interface FinishReport {
  /** Whether nothing was cut: every request was answered or given up by its client, no upgraded socket was destroyed. */
  readonly clean: boolean
  readonly tookMs: number
  /** Requests cut by us at the limit. */
  readonly destroyedCount: number
  /** The oldest of them, at most {@link MAX_LISTED_REQUESTS}. */
  readonly destroyed: readonly RequestDescription[]
  /** Upgraded sockets (WebSocket, CONNECT) that were still open at the limit and were destroyed. */
  readonly upgradedDestroyed: number
  /** Idle connections that were closed unused: the ones for which a request may have met the close on its way. */
  readonly idleClosed: number
  /**
   * Requests that arrived on a connection after its close had been announced. The service never saw them, so a client
   * may send them again elsewhere (RFC 9112 §9.6).
   */
  readonly refused: number
  /** Connections that the kernel had accepted and that were taken in at the last moment instead of being reset. */
  readonly acceptedLate: number
  /** Connections whose request stopped arriving in the middle of its headers. */
  readonly stalled: number
}

/** More would make the report unreadable; `destroyedCount` is exact. */
export const MAX_LISTED_REQUESTS = 20
