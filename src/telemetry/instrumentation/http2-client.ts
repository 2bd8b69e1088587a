import { propagation } from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import type { ClientRequests, ClientRequestSpan, ClientTarget } from './client-requests.ts'
import { defaultPort, parseHostHeader } from './host-and-port.ts'
import { readRequestHeader, type RequestHeaders, withHeaders } from './http2-client-headers.ts'
import type { Http2 } from './http2-module.ts'
import { clientSessionPrototype } from './http2-prototypes.ts'
import { HTTP2_VERSION, isGrpc } from './http2-server-request.ts'
import { factsOf } from './http2-session-facts.ts'
import { overrideMethod } from './override-method.ts'
import { describeUrl } from './url-redaction.ts'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean
type Request = (this: ClientHttp2Session, headers: RequestHeaders, options: unknown) => ClientHttp2Stream

/**
 * Traces and measures every request on a session of `node:http2`, and sends the context along. That takes the method
 * `request` of the class: when Node's channel for streams is told of one, its headers are on their way already.
 *
 * Left alone are the requests of `fetch` and undici, and calls of gRPC that carry a context already: then an
 * instrumentation of gRPC has made their spans. Calls that nobody has touched are observed as the requests that they are.
 *
 * @returns takes it back for requests that come later
 */
export function observeHttp2Clients(
  http2: Http2,
  requests: ClientRequests,
  onProblem: (error: unknown) => void,
): () => void {
  const prototype = clientSessionPrototype(http2)
  const request = Reflect.get(prototype, 'request') as Request
  function requestObserved(this: ClientHttp2Session, headers: RequestHeaders, options: unknown): ClientHttp2Stream {
    let span: ClientRequestSpan | undefined
    let sent = headers
    try {
      span = start(requests, this, headers)
      if (span !== undefined) sent = withHeaders(headers, span.headers)
    } catch (error) {
      onProblem(error)
    }
    if (span === undefined) return request.call(this, sent, options)
    try {
      const stream = request.call(this, sent, options)
      follow(stream, span)
      return stream
    } catch (error) {
      span.fail(error)
      throw error
    }
  }
  return overrideMethod(prototype, 'request', requestObserved)
}

function start(
  requests: ClientRequests,
  session: ClientHttp2Session,
  headers: RequestHeaders,
): ClientRequestSpan | undefined {
  const read = (name: string): string | undefined => readRequestHeader(headers, name)
  // What is no header block at all is for Node to refuse.
  if (headers !== undefined && (typeof headers !== 'object' || headers === null)) return undefined
  const method = read(':method') ?? 'GET'
  if (method === 'CONNECT' || factsOf(session).isUndici) return undefined
  if (isGrpc(read('content-type')) && propagation.fields().some((name) => read(name) !== undefined)) return undefined
  return requests.start(describeTarget(session, method, read), read)
}

/**
 * The stream's events are seen on their way: a listener of our own would change what Node does when nobody else listens.
 * They run in the context of whoever asked by themselves, on every Node.
 */
function follow(stream: ClientHttp2Stream, span: ClientRequestSpan): void {
  const emit = Reflect.get(stream, 'emit') as Emit
  stream.emit = function emitFollowed(this: EventEmitter, ...args: Parameters<Emit>): boolean {
    const [event, first] = args
    if (event === 'response') {
      const status = (first as IncomingHttpHeaders & IncomingHttpStatusHeader)[':status']
      span.answered(status ?? 0, HTTP2_VERSION)
    } else if (event === 'error') {
      fail(span, first)
    } else if (event === 'close') {
      span.end()
    }
    return emit.apply(this, args)
  }
}

/** A request that never got to its stream says only that it was cancelled, and why as the cause: none when by its session. */
function fail(span: ClientRequestSpan, error: unknown): void {
  const isCancelled = error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_HTTP2_STREAM_CANCEL'
  if (!isCancelled) span.fail(error)
  else if (error.cause === undefined) span.end()
  else span.fail(error.cause)
}

function describeTarget(
  session: ClientHttp2Session,
  method: string,
  read: (name: string) => string | undefined,
): ClientTarget {
  const facts = factsOf(session)
  const scheme = read(':scheme') ?? facts.scheme
  const authority = read(':authority') ?? read('host') ?? facts.authority
  const named = parseHostHeader(authority)
  const host = named?.host ?? ''
  const port = named?.port ?? defaultPort(scheme)
  const url = URL.parse(`${scheme}://${authority}${read(':path') ?? '/'}`)
  return { method, host, port, scheme, url: url === null ? '' : describeUrl(url) }
}
