import type { RequestOutcome } from '../../load/raw-request.ts'
import type { At } from './at.ts'

/**
 * What became of a request. Besides those of HTTP/1.1: `refused-stream`, HTTP/2 said that it was not processed, so it may
 * be sent again and is no failure; `stream-error`, any other end of a stream; `wrong-body`, an answer that is not the one
 * to this request; `unsettled`, neither answered nor failed when the lifetime ended; `aborted`, given up by the client on purpose.
 */
export type TrialOutcome = RequestOutcome | 'refused-stream' | 'stream-error' | 'wrong-body' | 'unsettled' | 'aborted'

/** A request of the trial, written down when it is settled. */
export interface RequestEvent extends At {
  readonly kind: 'request'
  /** Counted from 0 in its lifetime. */
  readonly id: number
  /** Which load sent it: `new`, `keep-alive`, `slow`, `drip`, `slow-reader`, `burn`, `http2`, `odd-context`, … */
  readonly load: string
  readonly protocol: 'http/1.1' | 'h2'
  readonly method: string
  readonly path: string
  /** When it was due: latency counts from here, so that a wait for the sender counts. */
  readonly intendedAt: number
  /** When the client began with it; the making of a connection is included. */
  readonly startedAt: number
  /** When the client saw the first bytes of the answer. */
  readonly firstByteAt?: number
  readonly outcome: TrialOutcome
  readonly status?: number
  /** Of the connection it went over; a connection has the id of its {@link ConnectionEvent}. */
  readonly connection: number
  /** How many requests the connection had carried before. */
  readonly reuse: number
  readonly saidClose: boolean
  readonly bodyBytes?: number
  /** The first 4 KiB of the answer: of single requests, and of the first 200 answers of a lifetime with 400 and more. */
  readonly body?: string
  readonly errorCode?: string
  /** When the service's FIN or RST came in at this end of the wire, before the wire's delay. */
  readonly serverClosedAt?: number
  /** When our first bytes left this end of the wire, after the wire's delay: from here on the service has it. */
  readonly headSentAt?: number
  /** When our last bytes left this end of the wire, after the wire's delay. */
  readonly sentAt?: number
  /** What was sent as `traceparent`; absent when none was. */
  readonly trace?: { readonly traceId: string; readonly spanId: string; readonly isSampled: boolean }
  /** Unique text in the request, found again downstream and in logs. */
  readonly nonce?: string
  readonly pod?: string
}

/** A connection of a client was opened or closed. */
export interface ConnectionEvent extends At {
  readonly kind: 'connection'
  readonly id: number
  readonly load: string
  readonly what: 'opened' | 'closed'
  /** Of a close: who closed. */
  readonly by?: 'client' | 'service'
  readonly pod?: string
}

/** Something happened to a session of HTTP/2. */
export interface SessionEvent extends At {
  readonly kind: 'session'
  readonly id: number
  readonly what: 'opened' | 'refused' | 'goaway' | 'closed'
  /** Of a close: who ended the session; absent where nobody looked. */
  readonly by?: 'client' | 'service'
  readonly lastStreamId?: number
  readonly errorCode?: number
  readonly pod?: string
}

/** Something happened to a WebSocket or a stream of server-sent events. */
export interface SocketEvent extends At {
  readonly kind: 'socket'
  readonly id: number
  readonly type: 'websocket' | 'sse'
  readonly isChatting: boolean
  readonly what: 'opened' | 'refused' | 'message' | 'closed'
  /** Of a close: 1000 to 4999, or 1006 when there was no close frame. A stream of events that ended whole has 1000. */
  readonly code?: number
  /** Of a close: who closed. */
  readonly by?: 'client' | 'service'
}
