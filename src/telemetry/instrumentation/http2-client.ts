import { propagation } from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import type { ClientRequests, ClientRequestSpan } from './client-requests.ts'
import { isCallObserved } from './grpc-js.ts'
import { isGrpc } from './grpc-status.ts'
import { readRequestHeader, type RequestHeaders, withHeaders } from './http2-client-headers.ts'
import type { Http2 } from './http2-module.ts'
import { clientSessionPrototype } from './http2-prototypes.ts'
import { HTTP2_VERSION } from './http2-server-request.ts'
import { factsOf } from './http2-session-facts.ts'
import { overrideMethod } from './override-method.ts'
import { originOfAuthority, targetOfAuthority } from './request-targets.ts'
import type { RpcClientCalls } from './rpc-client-calls.ts'
import { RpcClientStream } from './rpc-client-stream.ts'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean
type Request = (this: ClientHttp2Session, headers: RequestHeaders, options: unknown) => ClientHttp2Stream

export interface Http2ClientOptions {
  readonly requests: ClientRequests
  readonly calls: RpcClientCalls
  /** @default true */
  readonly isObservingRequests?: boolean
  /** The same of calls of gRPC. @default true */
  readonly isObservingCalls?: boolean
  /** Whether somebody else makes the spans of gRPC calls; asked for each of them. */
  readonly isGrpcObserved: () => boolean
  readonly onProblem: (error: unknown) => void
}

/** What follows a stream to its end. */
interface Follower {
  readonly headers: ClientRequestSpan['headers']
  connected(socket: ClientHttp2Session['socket'] | undefined): void
  onEvent(event: string | symbol, first: unknown, stream: ClientHttp2Stream): void
  fail(error: unknown): void
}

/** On a stream: what follows it, and its `emit` as it was. */
const FOLLOWER = Symbol('seaworthy.follower')
const EMIT = Symbol('seaworthy.emit')

interface FollowedStream extends ClientHttp2Stream {
  [FOLLOWER]?: Follower
  [EMIT]?: Emit
}

/**
 * Traces and measures every request on a session of `node:http2`, and sends the context along. That takes the method
 * `request` of the class: when Node's channel for streams is told of one, its headers are on their way already.
 *
 * A call of gRPC is one, by the conventions for RPC; where an instrumentation of gRPC has made its span, it is only
 * measured. Left alone are the requests of `fetch` and undici, which are observed there.
 *
 * @returns takes it back for requests that come later
 */
export function observeHttp2Clients(http2: Http2, options: Http2ClientOptions): () => void {
  const { onProblem } = options
  const prototype = clientSessionPrototype(http2)
  const request = Reflect.get(prototype, 'request') as Request
  const emitFollowed = followEvents(onProblem)
  function requestObserved(this: ClientHttp2Session, headers: RequestHeaders, settings: unknown): ClientHttp2Stream {
    let follower: Follower | undefined
    let sent = headers
    try {
      follower = start(options, this, headers)
      if (follower !== undefined && follower.headers.length > 0) sent = withHeaders(headers, follower.headers)
    } catch (error) {
      onProblem(error)
    }
    if (follower === undefined) return request.call(this, sent, settings)
    try {
      const stream = request.call(this, sent, settings)
      follow(stream, follower, emitFollowed)
      return stream
    } catch (error) {
      follower.fail(error)
      throw error
    }
  }
  return overrideMethod(prototype, 'request', requestObserved)
}

function start(
  options: Http2ClientOptions,
  session: ClientHttp2Session,
  headers: RequestHeaders,
): Follower | undefined {
  const read = (name: string): string | undefined => readRequestHeader(headers, name)
  // What is no header block at all is for Node to refuse.
  if (headers !== undefined && (typeof headers !== 'object' || headers === null)) return undefined
  const method = read(':method') ?? 'GET'
  const facts = factsOf(session)
  if (method === 'CONNECT' || facts.isUndici) return undefined
  const scheme = read(':scheme') ?? facts.scheme
  const authority = read(':authority') ?? read('host') ?? facts.authority
  const path = read(':path') ?? '/'
  const { isObservingCalls = true, isObservingRequests = true } = options
  if (!isGrpc(read('content-type'))) {
    if (!isObservingRequests) return undefined
    const span = options.requests.start(targetOfAuthority(method, scheme, authority, path), read)
    return span === undefined ? undefined : new RequestFollower(span)
  }
  if (!isObservingCalls || isCallObserved(headers)) return undefined
  const server = originOfAuthority(scheme, authority)
  const isTraced = options.isGrpcObserved() && propagation.fields().some((name) => read(name) !== undefined)
  const call = isTraced ? options.calls.measure(path, server) : options.calls.start(path, server, read)
  return call === undefined ? undefined : new RpcClientStream(call, read('grpc-timeout'))
}

/**
 * The stream's events are seen on their way: a listener of our own would change what Node does when nobody else listens.
 * They run in the context of whoever asked by themselves, on every Node.
 */
function follow(stream: FollowedStream, follower: Follower, emitFollowed: Emit): void {
  const known = stream[FOLLOWER]
  // Of another telemetry of this process, whose `emit` is in place.
  if (known !== undefined) return void (stream[FOLLOWER] = new TwoFollowers(known, follower))
  stream[EMIT] = Reflect.get(stream, 'emit') as Emit
  stream[FOLLOWER] = follower
  stream.emit = emitFollowed
}

/** One function for all streams. */
function followEvents(onProblem: (error: unknown) => void): Emit {
  return function emitFollowed(this: EventEmitter, ...args: Parameters<Emit>): boolean {
    const stream = this as FollowedStream
    const follower = stream[FOLLOWER] as Follower
    try {
      follower.onEvent(args[0], args[1], stream)
      // Only now there is a connection for certain.
      if (args[0] === 'ready' || args[0] === 'response') follower.connected(stream.session?.socket)
    } catch (error) {
      onProblem(error)
    }
    return (stream[EMIT] as Emit).apply(stream, args)
  }
}

class TwoFollowers implements Follower {
  readonly headers: Follower['headers'] = []
  readonly #both: readonly Follower[]

  constructor(...both: readonly [Follower, Follower]) {
    this.#both = both
  }

  connected(socket: ClientHttp2Session['socket'] | undefined): void {
    for (const each of this.#both) each.connected(socket)
  }

  onEvent(event: string | symbol, first: unknown, stream: ClientHttp2Stream): void {
    for (const each of this.#both) each.onEvent(event, first, stream)
  }

  fail(error: unknown): void {
    for (const each of this.#both) each.fail(error)
  }
}

/** A request that is no call of gRPC. */
class RequestFollower implements Follower {
  readonly #span: ClientRequestSpan

  constructor(span: ClientRequestSpan) {
    this.#span = span
  }

  get headers(): ClientRequestSpan['headers'] {
    return this.#span.headers
  }

  connected(socket: ClientHttp2Session['socket'] | undefined): void {
    this.#span.connected(socket, HTTP2_VERSION)
  }

  onEvent(event: string | symbol, first: unknown): void {
    if (event === 'response') {
      const { ':status': status = 0, location } = first as IncomingHttpHeaders & IncomingHttpStatusHeader
      this.#span.answered(status, HTTP2_VERSION)
      if (status >= 300 && status < 400 && location !== undefined) this.#span.redirected(location)
    } else if (event === 'timeout') {
      this.#span.overdue()
    } else if (event === 'error') {
      this.fail(first)
    } else if (event === 'close') {
      this.#span.abandon()
    }
  }

  /** A request that never got to its stream says only that it was cancelled, and why as the cause: none when by its session. */
  fail(error: unknown): void {
    const isCancelled = error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_HTTP2_STREAM_CANCEL'
    if (!isCancelled) this.#span.fail(error)
    else if (error.cause === undefined) this.#span.abandon()
    else this.#span.fail(error.cause)
  }
}
