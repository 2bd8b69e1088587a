import type { IncomingHttpHeaders } from 'node:http'
import type { BoundAddress } from '../bound-address.ts'
import type { DetailsPolicy } from '../private-access.ts'
import type { Answer } from '../send-answer.ts'
import type { FinishReport } from '../server-drain.ts'

// What the main thread and the one that answers the probes tell each other: plain data.

/** What the thread is given when it starts. */
export interface OffLoopBrief {
  readonly kind: 'seaworthy-off-loop'
  readonly port: number
  readonly host: string | undefined
  readonly details: DetailsPolicy | undefined
  /** One cell, counted up by the main thread at each turn of its event loop that it notices. */
  readonly turns: Int32Array<SharedArrayBuffer>
  /** After how long without a turn the event loop is stuck, in milliseconds; `undefined`: nobody looks. */
  readonly stuckAfterMs: number | undefined
  /** What `process.hrtime` says, in milliseconds, when `performance.now()` of the main thread says zero. */
  readonly mainOriginMs: number
  /** Whether the main thread may be stopped, to see what it does. */
  readonly mayInspect: boolean
  /** Of the service, as messages name it. */
  readonly name: string
  /** Fields of every line of the service's log. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Where a line of the log goes; `undefined` where the log is silent. */
  readonly fd: number | undefined
  /** The file that evidence of a stuck loop goes to, before its number; `undefined` where none is to be left. */
  readonly evidence: string | undefined
  readonly news: ProbeNews
}

/** From what probes are answered from now on. */
export interface ProbeNews {
  readonly kind: 'news'
  /** A `ProbeSnapshot` as JSON: a text is cheaply compared with the one before, and copied. */
  readonly snapshot: string
  /** The admin token as it is now. */
  readonly token: string | undefined
}

/** What the main thread says. */
export type ToOffLoop =
  | ProbeNews
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'close'; readonly limitMs: number }

/** A request that is no probe. */
export interface ForwardedRequest {
  readonly kind: 'request'
  readonly id: number
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  /** Of a page that takes one; empty when there was none. */
  readonly body: string
  /** Whether its sender may see what is not for everybody: decided where its connection is, so nothing can forge it. */
  readonly mayKnow: boolean
}

/** The event loop has turned again. */
export interface Recovery {
  readonly kind: 'recovered'
  readonly stuckMs: number
  /** Where it was blocked, in words. */
  readonly where: string
  readonly stack: readonly string[] | undefined
  /** The file with the evidence. */
  readonly evidence: string | undefined
}

/** An error of the system, as far as it can be sent to another thread. */
export interface SystemError {
  readonly code: string | undefined
  readonly message: string
}

/** What the thread says. */
export type FromOffLoop =
  | { readonly kind: 'listening'; readonly bound: BoundAddress }
  | { readonly kind: 'not-bound'; readonly error: SystemError }
  | { readonly kind: 'listener-failed'; readonly error: SystemError }
  | ForwardedRequest
  | { readonly kind: 'gone'; readonly id: number }
  | Recovery
  | { readonly kind: 'closed'; readonly report: FinishReport }
