import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'

import { SeaworthyError } from '../core/seaworthy-error.ts'
import { isAnswered, isStreamAnswered } from './is-answered.ts'

/** A request of HTTP/1.1 or HTTP/2, or a stream of HTTP/2. */
type AnyRequest = IncomingMessage | Http2ServerRequest | ServerHttp2Stream
type FindResponse = (request: IncomingMessage) => ServerResponse | undefined

/** One server may speak both, and each has an account of its own. */
type Protocol = 'http1' | 'http2'

/** What is known of the requests of one server whose signal somebody has asked for. */
class ServerSignals {
  readonly open = new Map<AbortController, Protocol>()
  readonly interrupted: Record<Protocol, number> = { http1: 0, http2: 0 }
  /** Why every signal is aborted, once the time of requests has run out. */
  endReason: Error | undefined
  findResponse: FindResponse | undefined

  /** Aborts for the reason that all requests have now. One whose turn came earlier (server-sent events) is left as it is. */
  interrupt(controller: AbortController, protocol: Protocol): void {
    if (controller.signal.aborted) return
    this.interrupted[protocol]++
    controller.abort(this.endReason)
  }
}

/** By request and by server, so that nothing outlives either, and a request whose signal nobody wants costs nothing. */
const controllers = new WeakMap<AnyRequest, AbortController>()
const servers = new WeakMap<object, ServerSignals>()

/**
 * The signal of one request. It is aborted when the client goes away before its answer is complete
 * (`SEA_REQUEST_CLIENT_GONE`), and when a shutdown asks for the end of the request (`SEA_REQUEST_SHUTDOWN`): at the soft
 * deadline, or for server-sent events when their turn to go has come. The reason is a {@link SeaworthyError} whose
 * `name` is `AbortError`, so that whatever takes a signal (`fetch`, `pg`, timers) recognises it.
 *
 * Made when it is first asked for; every call gets the same one. It works for HTTP/1.1 and for requests and streams of
 * HTTP/2, and on a server that nobody drains it tells of the client alone.
 *
 * Node has `request.signal` since 24.16: it tells of the client only, knows no shutdown, and can be used beside this one.
 */
export function signalOf(request: AnyRequest): AbortSignal {
  return controllerOf(request).signal
}

/** Aborts the signal of one request, also one that is asked for only later. */
export function endSignal(request: AnyRequest, listener: string): void {
  controllerOf(request, { isOurs: true }).abort(endReason(listener))
}

/** Aborts the signals of all requests of `server`: those of now, and those that are asked for from now on. */
export function endSignals(server: object, listener: string): void {
  const signals = signalsOf(server)
  signals.endReason ??= endReason(listener)
  for (const [controller, protocol] of signals.open) signals.interrupt(controller, protocol)
}

/**
 * Requests of `server` that {@link endSignals} has asked to end, and that did: those whose handler had asked for the
 * signal before, or did so afterwards.
 *
 * @param left those that did not end all the same
 */
export function countInterrupted(server: object, protocol: Protocol, left: readonly AnyRequest[]): number {
  const signals = servers.get(server)
  if (signals?.endReason === undefined) return 0
  const inVain = left.filter((request) => controllers.get(keyOf(request))?.signal.reason === signals.endReason)
  return signals.interrupted[protocol] - inVain.length
}

/** Tells how the answer to a request of `server` is found; without it, only the first of pipelined requests has one. */
export function setResponseFinder(server: object, find: FindResponse | undefined): void {
  signalsOf(server).findResponse = find
}

function signalsOf(server: object): ServerSignals {
  const known = servers.get(server)
  if (known !== undefined) return known
  const signals = new ServerSignals()
  servers.set(server, signals)
  return signals
}

function controllerOf(request: AnyRequest, { isOurs = false } = {}): AbortController {
  const key = keyOf(request)
  const known = controllers.get(key)
  if (known !== undefined) return known
  const controller = new AbortController()
  controllers.set(key, controller)
  const server = serverOf(request)
  const signals = server === undefined ? undefined : signalsOf(server)
  const carrier = carrierOf(request, signals)
  // Over already: answered, its signal is never aborted; given up, it is aborted from the beginning.
  if (carrier === undefined || carrier.isAnswered()) return controller
  const abortWhenGone = (): void => {
    signals?.open.delete(controller)
    if (!carrier.isAnswered()) controller.abort(goneReason())
  }
  if (carrier.emitter.destroyed) {
    abortWhenGone()
    return controller
  }
  carrier.emitter.once('close', abortWhenGone)
  if (signals === undefined) return controller
  const protocol = streamOf(request) === undefined ? 'http1' : 'http2'
  signals.open.set(controller, protocol)
  // Where we ask ourselves, it is to end this one now, and nobody is interrupted who listens.
  if (signals.endReason !== undefined && !isOurs) signals.interrupt(controller, protocol)
  return controller
}

/** What emits `close` when a request is over, and tells whether it was answered. */
interface Carrier {
  readonly emitter: ServerResponse | ServerHttp2Stream | Socket
  readonly isAnswered: () => boolean
}

/** A request of HTTP/2 and its stream have one signal. */
function keyOf(request: AnyRequest): AnyRequest {
  return streamOf(request) ?? request
}

/** Without `instanceof`, which would load `node:http2` into services that don't speak it. */
function streamOf(request: AnyRequest): ServerHttp2Stream | undefined {
  if ('rstCode' in request) return request
  return request.httpVersionMajor === 2 && 'stream' in request ? request.stream : undefined
}

function carrierOf(request: AnyRequest, signals: ServerSignals | undefined): Carrier | undefined {
  const stream = streamOf(request)
  if (stream !== undefined) {
    return { emitter: stream, isAnswered: () => isStreamAnswered(stream) }
  }
  const message = request as IncomingMessage
  const socket = message.socket as (Socket & { _httpMessage?: ServerResponse | null }) | null | undefined
  // Adapters make requests of their own (serverless, injected tests): these have no connection that could go away.
  if (typeof socket?.once !== 'function') return undefined
  const current = socket._httpMessage
  const response = signals?.findResponse?.(message) ?? (current?.req === message ? current : undefined)
  if (response === undefined) return { emitter: socket, isAnswered: () => false }
  return { emitter: response, isAnswered: () => isAnswered(response, socket) }
}

/** The server that a request came to; Node sets it on every socket of an HTTP server and on every session of HTTP/2. */
function serverOf(request: AnyRequest): object | undefined {
  const stream = streamOf(request)
  if (stream !== undefined) return (stream.session as { readonly server?: object } | undefined)?.server
  return ((request as IncomingMessage).socket as { readonly server?: object } | null | undefined)?.server
}

function goneReason(): Error {
  return asAbortError(
    new SeaworthyError('SEA_REQUEST_CLIENT_GONE', 'The client went away before the answer was complete'),
  )
}

function endReason(listener: string): Error {
  return asAbortError(
    new SeaworthyError('SEA_REQUEST_SHUTDOWN', `"${listener}" is shutting down`, {
      hint: 'End what you do, and answer while there is time.',
    }),
  )
}

/** What takes a signal tells an abort from a failure by this name. */
function asAbortError(error: SeaworthyError): SeaworthyError {
  error.name = 'AbortError'
  return error
}
