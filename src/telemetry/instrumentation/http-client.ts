import { SpanKind } from '@opentelemetry/api'
import type { ClientRequest as Request, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { ClientRequest } from '../../core/node-http.ts'
import { subscribeAll } from './channels.ts'
import { addHeaders, readHeader } from './client-request-headers.ts'
import type { ClientRequests, ClientRequestSpan } from './client-requests.ts'
import { overrideMethod } from './override-method.ts'
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

interface ObservedRequest extends Request {
  [SPAN]?: ClientRequestSpan
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
  let isActive = true
  const subscriptions: Readonly<Record<string, (message: unknown) => void>> = {
    [CREATED](message) {
      if (isAside && !isMeasuring) return
      const { request } = message as RequestMessage
      const target = targetOfRequest(request)
      const span = isAside ? requests.measure(target) : requests.start(target, (name) => readHeader(request, name))
      if (span === undefined) return
      request[SPAN] = span
      addHeaders(request, span.headers)
    },
    [ANSWERED](message) {
      const { request, response } = message as AnswerMessage
      const span = request[SPAN]
      if (span === undefined) return
      const { statusCode = 0, headers } = response
      span.connected(request.socket, undefined)
      span.answered(statusCode, response.httpVersion)
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) span.redirected(headers.location)
      response[SPAN] = span
      response.on('close', onClose)
    },
    [FAILED](message) {
      const { request, error } = message as ErrorMessage
      const span = request[SPAN]
      if (span === undefined) return
      span.connected(request.socket, undefined)
      if (isOwnDestroy(request, error)) span.abandon()
      else span.fail(error)
    },
  }
  // Its span is the active one when the request is made, so there is none of ours to take back.
  const stopWatching = yieldTo(STOCK_HTTP, SpanKind.CLIENT, 'requests by node:http', aside, (isMeasured) => {
    isAside = true
    isMeasuring = !isMeasured
  })
  const unsubscribe = subscribeAll(subscriptions, onProblem)
  const restore = overrideMethod(
    ClientRequest.prototype,
    'emit',
    watchEvents(() => isActive, onProblem),
  )
  return () => {
    isActive = false
    stopWatching()
    unsubscribe()
    restore()
  }
}

function onClose(this: ObservedAnswer): void {
  const { errored } = this
  // Nothing is wrong with an answer that the caller itself cuts off.
  if (errored === null || errored === undefined) this[SPAN]?.abandon()
  else this[SPAN]?.fail(errored)
}

/**
 * An answer that switches protocols (upgrade, CONNECT) is published nowhere, and neither is a time limit. Listeners of our
 * own would change what Node does when nobody else listens, so the events are seen on their way, in one method of the
 * class.
 */
function watchEvents(isActive: () => boolean, onProblem: (error: unknown) => void): Emit {
  const emit = Reflect.get(ClientRequest.prototype, 'emit') as Emit
  return function emitWatched(this: ObservedRequest, ...args: Parameters<Emit>): boolean {
    const [event] = args
    if ((event === 'socket' || event === 'upgrade' || event === 'connect' || event === 'timeout') && isActive()) {
      try {
        tell(this, event, args[1])
      } catch (error) {
        onProblem(error)
      }
    }
    return emit.apply(this, args)
  }
}

function tell(request: ObservedRequest, event: 'socket' | 'upgrade' | 'connect' | 'timeout', first: unknown): void {
  const span = request[SPAN]
  if (span === undefined) return
  if (event === 'timeout') return span.overdue()
  if (event === 'socket') {
    if (span.isRecording) lookAtPeer(first as Socket)
    return
  }
  const { statusCode = 0, httpVersion } = first as IncomingMessage
  span.connected(request.socket, undefined)
  span.answered(statusCode, httpVersion)
  span.end()
}

/** A socket remembers who is on its other side once somebody has asked. After a reset, it is too late to. */
function lookAtPeer(socket: Socket): void {
  if (socket.connecting) socket.once('connect', askForPeer)
}

function askForPeer(this: Socket): void {
  void this.remoteAddress
}

/** `request.destroy()` without a reason looks like a connection that was cut, except for this. */
function isOwnDestroy(request: Request, error: unknown): boolean {
  return request.destroyed && error instanceof Error && error.message === 'socket hang up'
}
