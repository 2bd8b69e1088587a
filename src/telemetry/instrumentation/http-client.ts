import { SpanKind } from '@opentelemetry/api'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { subscribeAll } from './channels.ts'
import { addHeaders, readHeader } from './client-request-headers.ts'
import type { ClientRequests, ClientRequestSpan, ClientTarget } from './client-requests.ts'
import { defaultPort, parseHostHeader } from './host-and-port.ts'
import { type StandAsideOptions, STOCK_HTTP, yieldTo } from './stock-instrumentations.ts'
import { describeUrl } from './url-redaction.ts'

/** Published by Node in the constructor of a request, in the context of whoever made it. */
const CREATED = 'http.client.request.created'
/** Published when the headers of the answer have come, despite its name. */
const ANSWERED = 'http.client.response.finish'
const FAILED = 'http.client.request.error'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

interface RequestMessage {
  readonly request: ClientRequest
}
interface AnswerMessage extends RequestMessage {
  readonly response: IncomingMessage
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
  const spans = new WeakMap<ClientRequest, ClientRequestSpan>()
  const subscriptions: Readonly<Record<string, (message: unknown) => void>> = {
    [CREATED](message) {
      if (isAside && !isMeasuring) return
      const { request } = message as RequestMessage
      const target = describeTarget(request)
      const span = isAside ? requests.measure(target) : requests.start(target, (name) => readHeader(request, name))
      if (span === undefined) return
      spans.set(request, span)
      addHeaders(request, span.headers)
      endAtSwitch(request, span)
    },
    [ANSWERED](message) {
      const { request, response } = message as AnswerMessage
      const span = spans.get(request)
      if (span === undefined) return
      span.answered(response.statusCode ?? 0, response.httpVersion)
      response.once('close', () => {
        // Nothing is wrong with an answer that the caller itself cuts off.
        if (response.errored === null || response.errored === undefined) span.end()
        else span.fail(response.errored)
      })
    },
    [FAILED](message) {
      const { request, error } = message as ErrorMessage
      const span = spans.get(request)
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

/**
 * An answer that switches protocols (upgrade, CONNECT) is published nowhere. A listener of our own would change what
 * Node does when nobody else listens, so the event is seen on its way, on this one request.
 */
function endAtSwitch(request: ClientRequest, span: ClientRequestSpan): void {
  const emit = Reflect.get(request, 'emit') as Emit
  request.emit = function emitAndEnd(this: ClientRequest, event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'upgrade' || event === 'connect') {
      const answer = args[0] as IncomingMessage
      span.answered(answer.statusCode ?? 0, answer.httpVersion)
      span.end()
    }
    return emit.call(this, event, ...args)
  }
}

/** `request.destroy()` without a reason looks like a connection that was cut, except for this. */
function isOwnDestroy(request: ClientRequest, error: unknown): boolean {
  return request.destroyed && error instanceof Error && error.message === 'socket hang up'
}

function describeTarget(request: ClientRequest): ClientTarget {
  const scheme = request.protocol.replace(/:$/, '')
  const { method, path, host } = request
  if (!path.startsWith('/')) {
    // What is sent to a proxy names its target in full.
    const url = URL.parse(path)
    if (url !== null) {
      const target = { host: url.hostname, port: Number(url.port) || defaultPort(url.protocol.replace(/:$/, '')) }
      return { method, scheme: url.protocol.replace(/:$/, ''), url: describeUrl(url), ...target }
    }
  }
  // A request does not tell its port, but its Host header does, as long as nobody has set another one.
  const named = parseHostHeader(readHeader(request, 'host'))
  const port = named?.host === host.replace(/^\[|\]$/g, '') ? (named.port ?? defaultPort(scheme)) : defaultPort(scheme)
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const url = URL.parse(`${scheme}://${authority}:${port}${path}`)
  return { method, host, port, scheme, url: url === null ? '' : describeUrl(url) }
}
