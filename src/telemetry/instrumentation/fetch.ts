import { SpanKind } from '@opentelemetry/api'
import { subscribeAll } from './channels.ts'
import type { ClientRequests, ClientRequestSpan } from './client-requests.ts'
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
  addHeader(name: string, value: string): void
}

interface RequestMessage {
  readonly request: UndiciRequest
}
interface HeadersMessage extends RequestMessage {
  readonly response: { readonly statusCode: number }
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
    latest = undefined
  })
  const unsubscribe = subscribeAll(
    {
      'undici:request:create'(message) {
        if (isAside && !isMeasuring) return
        latest = undefined
        const { request } = message as RequestMessage
        const target = targetOfFetch(request.method, String(request.origin), request.path)
        if (target === undefined) return
        const span = isAside ? requests.measure(target) : requests.start(target, (name) => readHeader(request, name))
        if (span === undefined) return
        spans.set(request, span)
        latest = request
        addHeaders(request, span.headers)
      },
      'undici:request:headers'(message) {
        const { request, response } = message as HeadersMessage
        spans.get(request)?.answered(response.statusCode, undefined)
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

/** Takes back what was added, because the headers of whoever observes it are to come. */
function withdraw(request: UndiciRequest, span: ClientRequestSpan | undefined, isMeasured: boolean): void {
  if (span === undefined) return
  span.withdraw(isMeasured)
  const { headers } = request
  if (typeof headers === 'string') return
  for (const [name, value] of Object.entries(span.headers)) {
    const index = indexOfValue(headers, name)
    if (index !== undefined && headers[index] === value) headers.splice(index - 1, 2)
  }
}

/** `addHeader()` only appends, and a header that comes twice is valid to nobody. */
function addHeaders(request: UndiciRequest, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (typeof request.headers !== 'string') {
      const index = indexOfValue(request.headers, name)
      if (index === undefined) request.addHeader(name, value)
      else request.headers[index] = value
    } else if (readHeader(request, name) === undefined) {
      request.addHeader(name, value)
    }
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
  const index = headers.findIndex((text, position) => position % 2 === 0 && text.toLowerCase() === name)
  return index === -1 ? undefined : index + 1
}
