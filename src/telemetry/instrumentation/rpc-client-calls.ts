import { context, INVALID_SPAN_CONTEXT, type Meter, trace, type Tracer } from '@opentelemetry/api'
import { isTracingSuppressed } from '../context-keys.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { ATTR } from './attribute-names.ts'
import { DeferredSpans } from './deferred-spans.ts'
import { OutgoingContext, type ReadHeader } from './outgoing-context.ts'
import { RpcClientCall } from './rpc-client-call.ts'
import { RpcMetrics, type RpcSeries } from './rpc-series.ts'
import { methodOfPath } from './rpc-server-call.ts'
import { TemplatedAttributes } from './templated-attributes.ts'

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

export interface RpcClientCallsOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/** A server that is called, as whoever calls names it. */
export interface RpcServer {
  readonly host: string
  /** Of a socket in the file system there is none. */
  readonly port: number | undefined
}

/** Spans and metrics of calls of gRPC, the same for every client. */
export class RpcClientCalls {
  readonly #outgoing: OutgoingContext
  readonly #metrics: RpcMetrics
  readonly #spans: DeferredSpans<TemplatedAttributes>
  /** Of the call whose span is being begun. */
  #series: RpcSeries | undefined = undefined
  #method = ''

  constructor({ tracer, meter, propagators }: RpcClientCallsOptions) {
    this.#outgoing = new OutgoingContext(propagators)
    this.#metrics = new RpcMetrics(meter, 'client')
    this.#spans = new DeferredSpans(tracer, () => this.#collect())
  }

  /** Begins a call in the active context; `undefined` where nothing is to be observed, as for exports. */
  start(path: string, server: RpcServer, readHeader: ReadHeader): RpcClientCall | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    const startedAtMs = performance.now()
    const parent = this.#outgoing.parentOf(active, readHeader)
    const method = methodOfPath(path)
    const series = this.#metrics.of(server.host, server.port)
    this.#series = series
    this.#method = method
    const span = this.#spans.startClient(method, parent)
    const headers = this.#outgoing.headersOf(parent, span)
    return new RpcClientCall(span, active, method, headers, series, this.#spans.deferred, startedAtMs)
  }

  /** Begins a call whose span is somebody else's, and which is only measured here. */
  measure(path: string, server: RpcServer): RpcClientCall | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    const series = this.#metrics.of(server.host, server.port)
    return new RpcClientCall(NO_SPAN, active, methodOfPath(path), [], series, undefined, performance.now())
  }

  /** The two are there while a span is being begun. */
  #collect(): TemplatedAttributes {
    const attributes = new TemplatedAttributes((this.#series as RpcSeries).template)
    attributes.add(ATTR.rpcMethod, this.#method)
    return attributes
  }
}
