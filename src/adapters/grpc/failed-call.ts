import { isSpanContextValid, trace } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import { type Failure, problemOf, reportFailure, tellsOfLeaving } from 'seaworthy/problem'
import { streamOf } from './call-stream.ts'

/** As much of a call as this needs. */
export interface FailedCall {
  readonly cancelled?: boolean
  readonly destroyed?: boolean
  readonly call?: { sendStatus?: (status: CallStatus) => void }
  emit?: (event: string, ...values: unknown[]) => boolean
}

/** What a call ends with. @see https://grpc.io/docs/guides/status-codes/ */
export interface CallStatus {
  readonly code: number
  readonly details: string
  readonly metadata?: unknown
}

const CANCELLED = 1
const INTERNAL = 13
/** Codes that say something of this side, not of what was asked: what they say besides is not for the client. */
const OF_THIS_SIDE: ReadonlyMap<number, string> = new Map([
  [2, 'Unknown error'],
  [4, 'Deadline exceeded'],
  [INTERNAL, 'Internal error'],
  [14, 'Unavailable'],
  [15, 'Data loss'],
])
const LAST_CODE = 16

/** @see https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const CODE_OF_HTTP: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [401, 16],
  [403, 7],
  [404, 5],
  [409, 10],
  [412, 9],
  [416, 11],
  [422, 3],
  [429, 8],
  [499, CANCELLED],
  [501, 12],
  [503, 14],
  [504, 4],
])

/**
 * The status that a client gets for whatever a method threw: what somebody made a status of gRPC, as it is; an error
 * with a code of gRPC, its message only where the code speaks of what was asked; errors for clients of HTTP by the code
 * that comes closest; and INTERNAL, with the id of the trace and nothing else, for all the rest. Never throws.
 */
function toCallStatus(error: unknown): CallStatus & { readonly isExpected: boolean } {
  try {
    return ofGrpc(error) ?? ofHttp(error)
  } catch {
    return { code: INTERNAL, details: describe(INTERNAL), isExpected: false }
  }
}

function ofGrpc(error: unknown): (CallStatus & { readonly isExpected: boolean }) | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, details, message, metadata } = error as Partial<Record<keyof CallStatus | 'message', unknown>>
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 1 || code > LAST_CODE) return undefined
  const isOfThisSide = OF_THIS_SIDE.has(code)
  // That of a call which this one made is an error, too; a bare status is what somebody wrote for this client.
  if (isOfThisSide && error instanceof Error) return { code, details: describe(code), isExpected: false }
  const text = typeof details === 'string' ? details : typeof message === 'string' ? message : describe(code)
  return { code, details: text, isExpected: !isOfThisSide, ...(metadata === undefined ? {} : { metadata }) }
}

function ofHttp(error: unknown): CallStatus & { readonly isExpected: boolean } {
  const { status, detail, title, isExpected } = problemOf(error)
  const code = CODE_OF_HTTP.get(status) ?? (status < 500 ? 3 : INTERNAL)
  return { code, details: OF_THIS_SIDE.has(code) ? describe(code) : (detail ?? title), isExpected }
}

function describe(code: number): string {
  const text = OF_THIS_SIDE.get(code) ?? 'Error'
  const context = trace.getActiveSpan()?.spanContext()
  return context !== undefined && isSpanContextValid(context) ? `${text}, trace ${context.traceId}` : text
}

/** Tells of the failure of a call, and gives the status to end it with. */
export function endOfCall(error: unknown, call: FailedCall, path: string): CallStatus {
  const stream = streamOf(call)
  const isGone = call.cancelled === true || stream?.aborted === true || stream?.destroyed === true
  const request = { method: 'POST', url: path, stream } as unknown as IncomingMessage
  if (isGone && tellsOfLeaving(error)) {
    reportFailure(request, { error, outcome: 'client_gone', status: undefined, isExpected: false })
    return { code: CANCELLED, details: 'Cancelled' }
  }
  const { isExpected, ...status } = toCallStatus(error)
  const outcome: Failure['outcome'] = isGone ? 'unanswered' : 'answered'
  reportFailure(request, { error, outcome, status: undefined, isExpected })
  return status
}
