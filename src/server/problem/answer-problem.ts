import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import { hasLeft, tellsOfLeaving } from './client-left.ts'
import { type ProblemAnswer, toProblemAnswer } from './problem-answer.ts'
import { problemOf } from './problem-of.ts'
import { reportFailure } from './report-failure.ts'
import { cutAnswer, sendProblem } from './send-problem.ts'

/** Requests that failed, each with the latest that was told of: an error, or that its client has left. */
const told = new WeakMap<object, { readonly error: unknown; readonly isGone: boolean }>()

/** A request of Node as its handlers get it, of HTTP/1.1 or HTTP/2. */
export type AnyIncoming = IncomingMessage | Http2ServerRequest
/** A response of Node as its handlers get it. */
export type AnyOutgoing = ServerResponse | Http2ServerResponse

/**
 * Decides what becomes of a request whose handler threw `thrown`, tells of it (once, in log, trace and metric), and gives
 * the answer to be sent by whatever the framework sends answers with.
 *
 * `undefined` means that nothing is to be sent: the client has left, the answer is complete, or it had begun and has been
 * cut, so that its client can't take it for a whole one. Never throws.
 */
export function problemAnswer(
  thrown: unknown,
  incoming: AnyIncoming,
  outgoing: AnyOutgoing,
): ProblemAnswer | undefined {
  const error = isReadable(thrown) ? thrown : new TypeError('Something was thrown that can not be read')
  const request = incoming as IncomingMessage
  const response = outgoing as ServerResponse
  // Our own cut, come around by way of the socket.
  if (isSeaworthyError(error, 'SEA_REQUEST_CUT')) return undefined
  const last = told.get(request)
  const isNews = last === undefined || last.error !== error
  const isGone = hasLeft(request, response, error)
  const isLeaving = isGone && tellsOfLeaving(error)
  told.set(request, { error, isGone: isLeaving })
  if (isLeaving) {
    // Once, by however many ways a handler learns of it.
    if (last?.isGone !== true)
      reportFailure(request, { error, outcome: 'client_gone', status: undefined, isExpected: false })
    return undefined
  }
  const problem = problemOf(error)
  const { isExpected, status } = problem
  if (isGone || response.writableEnded) {
    if (isNews) reportFailure(request, { error, outcome: 'unanswered', status: undefined, isExpected })
    return undefined
  }
  // A pipeline that failed has destroyed the answer already.
  if (response.headersSent || response.destroyed) {
    if (isNews) reportFailure(request, { error, outcome: 'cut', status: undefined, isExpected: false })
    cutAnswer(response, error)
    return undefined
  }
  const answer = toProblemAnswer(problem, request, response)
  if (isNews) reportFailure(request, { error, outcome: 'answered', status, isExpected })
  return answer
}

const isError = (thrown: unknown): boolean => thrown instanceof Error

/** Whether it lets itself be asked what it is: a proxy need not. */
function isReadable(thrown: unknown): boolean {
  try {
    for (const ask of [isSeaworthyError, tellsOfLeaving, isError]) ask(thrown)
    return true
  } catch {
    return false
  }
}

/**
 * The same, and sends the answer. For error handlers of one's own, and for frameworks that have no adapter here.
 *
 * @example
 * ```ts
 * server.on('request', (request, response) => {
 *   router.handle(request, response).catch((error) => answerProblem(error, request, response))
 * })
 * ```
 */
export function answerProblem(error: unknown, request: AnyIncoming, response: AnyOutgoing): void {
  const answer = problemAnswer(error, request, response)
  if (answer !== undefined) sendProblem(request as IncomingMessage, response as ServerResponse, answer)
}
