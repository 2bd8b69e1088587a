import { type Context, context, INVALID_SPAN_CONTEXT, type Meter, trace, type Tracer } from '@opentelemetry/api'
import type { Clock } from '../../core/clock.ts'
import { RESEND_COUNT } from '../../core/resend-count.ts'
import { isTracingSuppressed } from '../context-keys.ts'
import type { PropagatorName } from '../env/propagators-env.ts'
import { ATTR } from './attribute-names.ts'
import { ClientRequestSpan, type RequestSurroundings } from './client-request-span.ts'
import { ClientMetrics, type TargetSeries } from './client-series.ts'
import { DeferredSpans } from './deferred-spans.ts'
import type { MethodName } from './http-method.ts'
import { OpenBodies } from './open-bodies.ts'
import { OutgoingContext, type ReadHeader } from './outgoing-context.ts'
import { Redirects } from './redirects.ts'
import type { ClientTarget } from './request-targets.ts'
import { TemplatedAttributes } from './templated-attributes.ts'

export type { ClientRequestSpan } from './client-request-span.ts'

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

export interface ClientRequestsOptions {
  readonly tracer: Tracer
  readonly meter: Meter
  readonly clock: Clock
  readonly nameMethod: (method: string) => MethodName
  /** The formats of the propagator that is registered, if it is ours. @default what is registered is asked */
  readonly propagators?: readonly PropagatorName[] | undefined
}

/** Spans and metrics of outgoing requests, the same for every client. */
export class ClientRequests {
  readonly #nameMethod: (method: string) => MethodName
  readonly #outgoing: OutgoingContext
  readonly #metrics: ClientMetrics
  readonly #spans: DeferredSpans<TemplatedAttributes>
  readonly #shared: RequestSurroundings
  /** Of the request whose span is being begun. */
  #target: ClientTarget | undefined = undefined
  #method: MethodName | undefined = undefined
  #series: TargetSeries | undefined = undefined

  constructor({ tracer, meter, clock, nameMethod, propagators }: ClientRequestsOptions) {
    this.#nameMethod = nameMethod
    this.#outgoing = new OutgoingContext(propagators)
    this.#metrics = new ClientMetrics(meter)
    this.#spans = new DeferredSpans(tracer, () => this.#collect())
    this.#shared = { bodies: new OpenBodies(clock), redirects: new Redirects() }
  }

  /** Begins a request in the active context; `undefined` where nothing is to be observed, as for our own exports. */
  start(target: ClientTarget, readHeader: ReadHeader): ClientRequestSpan | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    const startedAtMs = performance.now()
    const parent = this.#outgoing.parentOf(active, readHeader)
    const method = this.#nameMethod(target.method)
    const series = this.#metrics.of(method.attribute, target.origin)
    this.#target = target
    this.#method = method
    this.#series = series
    const span = this.#spans.startClient(method.spanName, parent)
    const headers = this.#outgoing.headersOf(parent, span)
    const count = this.#resendCount(active, target, startedAtMs)
    const { deferred } = this.#spans
    return new ClientRequestSpan(span, active, headers, target, series, this.#shared, deferred, count, startedAtMs)
  }

  /** Begins a request whose span is somebody else's, and which is only measured here. */
  measure(target: ClientTarget): ClientRequestSpan | undefined {
    const active = context.active()
    if (isTracingSuppressed(active)) return undefined
    const series = this.#metrics.of(this.#nameMethod(target.method).attribute, target.origin)
    const now = performance.now()
    return new ClientRequestSpan(NO_SPAN, active, [], target, series, this.#shared, undefined, 0, now)
  }

  close(): void {
    this.#shared.bodies.close()
  }

  #resendCount(active: Context, target: ClientTarget, nowMs: number): number {
    const { redirects } = this.#shared
    const redirected = redirects.isWaiting ? redirects.take(active, target.url, nowMs) : 0
    if (redirected > 0) return redirected
    const retried = active.getValue(RESEND_COUNT)
    return typeof retried === 'number' ? retried : 0
  }

  /** The three are there while a span is being begun. */
  #collect(): TemplatedAttributes {
    const attributes = new TemplatedAttributes((this.#series as TargetSeries).template)
    attributes.add(ATTR.urlFull, (this.#target as ClientTarget).url)
    const { original } = this.#method as MethodName
    if (original !== undefined) attributes.add(ATTR.httpRequestMethodOriginal, original)
    return attributes
  }
}
