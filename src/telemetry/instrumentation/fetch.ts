import { SpanKind } from '@opentelemetry/api'
import { subscribeAll } from './channels.ts'
import type { PeerSocket } from './client-request-span.ts'
import type { ClientRequests, ClientRequestSpan } from './client-requests.ts'
import type { ContextHeaders } from './outgoing-context.ts'
import { targetOfFetch } from './request-targets.ts'
import { type StandAsideOptions, STOCK_UNDICI, yieldTo } from './stock-instrumentations.ts'

/**
 * As far as it is used here; the same in the undici of Node and in that of npm.
 *
 * @see https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
 */
interface UndiciRequest {
  readonly origin: string | URL
  readonly path: string
  readonly method: string
  /** Names and values by turns; a text in versions before 6. */
  readonly headers: string[] | string
  /** The protocol that is to be spoken from then on, such as `websocket`. */
  readonly upgrade?: string | null
  addHeader(name: string, value: string): void
}

interface RequestMessage {
  readonly request: UndiciRequest
}
interface SentMessage extends RequestMessage {
  /** As they were written. */
  readonly headers: string
  readonly socket: PeerSocket | null | undefined
}
interface HeadersMessage extends RequestMessage {
  /** Its headers are names and values by turns, as they came. */
  readonly response: { readonly statusCode: number; readonly headers?: readonly Buffer[] }
}
interface ErrorMessage extends RequestMessage {
  readonly error: unknown
}

/**
 * Traces and measures every request by `fetch` and undici, and sends the context along. A redirect is a request of its
 * own.
 *
 * @returns takes it back for requests that come later
 */
export function observeFetch(
  requests: ClientRequests,
  onProblem: (error: unknown) => void,
  aside: StandAsideOptions = {},
): () => void {
  const spans = new WeakMap<UndiciRequest, ClientRequestSpan>()
  let isAside = false
  let isMeasuring = true
  let latest: UndiciRequest | undefined
  const stopWatching = yieldTo(STOCK_UNDICI, SpanKind.CLIENT, 'requests by fetch and undici', aside, (isMeasured) => {
    isAside = true
    isMeasuring = !isMeasured
    // Whoever listens to the same channel after us is being told of the very request that we were told of last.
    if (latest !== undefined) withdraw(latest, spans.get(latest), isMeasured)
  })
  const unsubscribe = subscribeAll(
    {
      'undici:request:create'(message) {
        if (isAside && !isMeasuring) return
        latest = undefined
        const { request } = message as RequestMessage
        // It opens a tunnel through a proxy, which has no business with the trace; what goes through it is the request.
        if (request.method === 'CONNECT') return
        const target = targetOfFetch(request.method, String(request.origin), request.path)
        if (target === undefined) return
        const span = isAside ? requests.measure(target) : requests.start(target, (name) => readHeader(request, name))
        if (span === undefined) return
        spans.set(request, span)
        latest = request
        addHeaders(request, span.headers)
        if (typeof request.upgrade === 'string') endWithUpgrade(request, span)
      },
      'undici:client:sendHeaders'(message) {
        const { request, headers, socket } = message as SentMessage
        spans.get(request)?.connected(socket, versionOf(headers))
      },
      'undici:request:headers'(message) {
        const { request, response } = message as HeadersMessage
        const { statusCode, headers } = response
        const span = spans.get(request)
        if (span === undefined) return
        span.answered(statusCode, undefined)
        if (statusCode < 300 || statusCode >= 400 || headers === undefined) return
        const location = headers.findIndex((name, index) => index % 2 === 0 && isLocation(name))
        if (location !== -1) span.redirected(String(headers[location + 1]))
      },
      'undici:request:trailers'(message) {
        spans.get((message as RequestMessage).request)?.end()
      },
      'undici:request:error'(message) {
        const { request, error } = message as ErrorMessage
        spans.get(request)?.fail(error)
      },
    },
    onProblem,
  )
  return () => {
    stopWatching()
    unsubscribe()
  }
}

/** Is called with the status when the protocol is switched, before undici 8, and since. */
const UPGRADED = ['onUpgrade', 'onRequestUpgrade']

/** Of a handshake that has succeeded, as that of a `WebSocket`, nothing is published: not even that it has ended. */
function endWithUpgrade(request: UndiciRequest, span: ClientRequestSpan): void {
  for (const name of UPGRADED) {
    const method: unknown = Reflect.get(request, name)
    if (typeof method !== 'function') continue
    Reflect.set(request, name, function upgraded(this: UndiciRequest, ...args: unknown[]): unknown {
      span.answered(Number(args[0]), undefined)
      span.end()
      return Reflect.apply(method, this, args)
    })
  }
}

function isLocation(name: Buffer): boolean {
  return name.length === 'location'.length && name.toString('latin1').toLowerCase() === 'location'
}

const HTTP1_END = ' HTTP/1.1'

/** HTTP/1 begins with the line of the request. In HTTP/2 that is among the headers, behind those of whoever asks. */
function versionOf(headers: unknown): string | undefined {
  if (typeof headers !== 'string') return undefined
  const end = headers.indexOf('\r\n')
  return end !== -1 && headers.startsWith(HTTP1_END, end - HTTP1_END.length) ? '1.1' : '2'
}

/** Takes back what was added, because the headers of whoever observes it are to come. */
function withdraw(request: UndiciRequest, span: ClientRequestSpan | undefined, isMeasured: boolean): void {
  if (span === undefined) return
  span.withdraw(isMeasured)
  const { headers } = request
  if (typeof headers === 'string') return
  for (let at = 0; at < span.headers.length; at += 2) {
    const index = indexOfValue(headers, span.headers[at] as string)
    if (index !== undefined && headers[index] === span.headers[at + 1]) headers.splice(index - 1, 2)
  }
}

/** `addHeader()` only appends, and a header that comes twice is valid to nobody. */
function addHeaders(request: UndiciRequest, added: ContextHeaders): void {
  const { headers } = request
  for (let at = 0; at < added.length; at += 2) {
    const name = added[at] as string
    const value = added[at + 1] as string
    const index = typeof headers === 'string' ? undefined : indexOfValue(headers, name)
    if (index !== undefined) (headers as string[])[index] = value
    else if (typeof headers !== 'string' || readHeader(request, name) === undefined) request.addHeader(name, value)
  }
}

/** @param name in lower case */
function readHeader({ headers }: UndiciRequest, name: string): string | undefined {
  if (typeof headers === 'string') {
    const line = headers.split('\r\n').find((text) => text.toLowerCase().startsWith(`${name}:`))
    return line?.slice(name.length + 1).trim()
  }
  const index = indexOfValue(headers, name)
  return index === undefined ? undefined : headers[index]
}

function indexOfValue(headers: readonly string[], name: string): number | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const text = headers[index] as string
    if (text.length === name.length && text.toLowerCase() === name) return index + 1
  }
  return undefined
}
