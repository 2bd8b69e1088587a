import { SpanKind } from '@opentelemetry/api'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { subscribeAll } from './channels.ts'
import { addHeaders, readHeader } from './client-request-headers.ts'
import type { ClientRequests, ClientRequestSpan } from './client-requests.ts'
import { targetOfRequest } from './request-targets.ts'
import { type StandAsideOptions, STOCK_HTTP, yieldTo } from './stock-instrumentations.ts'

/** Published by Node in the constructor of a request, in the context of whoever made it. */
const CREATED = 'http.client.request.created'
/** Published when the headers of the answer have come, despite its name. */
const ANSWERED = 'http.client.response.finish'
const FAILED = 'http.client.request.error'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/** On a request, and on its answer. */
const SPAN = Symbol('seaworthy.span')
/** On a request whose `emit` somebody has replaced before. */
const EMIT = Symbol('seaworthy.emit')

interface ObservedRequest extends ClientRequest {
  [SPAN]?: ClientRequestSpan
  [EMIT]?: Emit
}
interface ObservedAnswer extends IncomingMessage {
  [SPAN]?: ClientRequestSpan
}
interface RequestMessage {
  readonly request: ObservedRequest
}
interface AnswerMessage extends RequestMessage {
  readonly response: ObservedAnswer
}
interface ErrorMessage extends RequestMessage {
  readonly error: unknown
}

/**
 * Traces and measures every request by `node:http` and `node:https`, and sends the context along.
 *
 * @returns takes it back for requests that come later
 */
export function observeHttpClients(
  requests: ClientRequests,
  onProblem: (error: unknown) => void,
  aside: StandAsideOptions = {},
): () => void {
  let isAside = false
  let isMeasuring = true
  const subscriptions: Readonly<Record<string, (message: unknown) => void>> = {
    [CREATED](message) {
      if (isAside && !isMeasuring) return
      const { request } = message as RequestMessage
      const target = targetOfRequest(request)
      const span = isAside ? requests.measure(target) : requests.start(target, (name) => readHeader(request, name))
      if (span === undefined) return
      request[SPAN] = span
      addHeaders(request, span.headers)
      endAtSwitch(request)
    },
    [ANSWERED](message) {
      const { request, response } = message as AnswerMessage
      const span = request[SPAN]
      if (span === undefined) return
      span.answered(response.statusCode ?? 0, response.httpVersion)
      response[SPAN] = span
      response.on('close', onClose)
    },
    [FAILED](message) {
      const { request, error } = message as ErrorMessage
      const span = request[SPAN]
      if (span === undefined) return
      if (isOwnDestroy(request, error)) span.end()
      else span.fail(error)
    },
  }
  // Its span is the active one when the request is made, so there is none of ours to take back.
  const stopWatching = yieldTo(STOCK_HTTP, SpanKind.CLIENT, 'requests by node:http', aside, (isMeasured) => {
    isAside = true
    isMeasuring = !isMeasured
  })
  const unsubscribe = subscribeAll(subscriptions, onProblem)
  return () => {
    stopWatching()
    unsubscribe()
  }
}

function onClose(this: ObservedAnswer): void {
  const { errored } = this
  // Nothing is wrong with an answer that the caller itself cuts off.
  if (errored === null || errored === undefined) this[SPAN]?.end()
  else this[SPAN]?.fail(errored)
}

/**
 * An answer that switches protocols (upgrade, CONNECT) is published nowhere. A listener of our own would change what
 * Node does when nobody else listens, so the event is seen on its way, on this one request.
 */
function endAtSwitch(request: ObservedRequest): void {
  if (Object.hasOwn(request, 'emit')) request[EMIT] = Reflect.get(request, 'emit') as Emit
  request.emit = emitAndEnd
}

function emitAndEnd(this: ObservedRequest, ...args: Parameters<Emit>): boolean {
  const [event] = args
  if (event === 'upgrade' || event === 'connect') {
    const answer = args[1] as IncomingMessage
    this[SPAN]?.answered(answer.statusCode ?? 0, answer.httpVersion)
    this[SPAN]?.end()
  }
  const emit = this[EMIT] ?? (Reflect.get(Object.getPrototypeOf(this) as object, 'emit') as Emit)
  return emit.apply(this, args)
}

/** `request.destroy()` without a reason looks like a connection that was cut, except for this. */
function isOwnDestroy(request: ClientRequest, error: unknown): boolean {
  return request.destroyed && error instanceof Error && error.message === 'socket hang up'
}
