import type { Attributes, Context, Histogram, Meter, UpDownCounter } from '@opentelemetry/api'
import { bindCounter, bindHistogram } from '../metrics/bind.ts'
import type { BoundCounter, BoundRecorder } from '../metrics/sync-instruments.ts'
import { ATTR, DURATION_BUCKETS_S } from './attribute-names.ts'

/**
 * Series that are held on to, of all routes and statuses together; what is beyond it is recorded by its attributes. A
 * service has some dozens, and each that is held keeps its place among the 2000 that an instrument may have.
 */
const MAX_BOUND = 500
const SERVER_ERROR = 500

/** Metrics of the requests that servers take, by series that are found without putting attributes together. */
export class ServerMetrics {
  readonly #duration: Histogram
  readonly #active: UpDownCounter
  readonly #series = new Map<string, MethodSeries>()
  #bound = 0

  constructor(meter: Meter) {
    this.#duration = meter.createHistogram('http.server.request.duration', {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS_S },
    })
    this.#active = meter.createUpDownCounter('http.server.active_requests', {
      description: 'Number of active HTTP server requests.',
      unit: '{request}',
    })
  }

  /** @param method one of few: a known one or `_OTHER` */
  of(method: string, scheme: string, version: string): MethodSeries {
    const key = `${method} ${scheme} ${version}`
    let series = this.#series.get(key)
    if (series === undefined) {
      const common = { [ATTR.httpRequestMethod]: method, [ATTR.urlScheme]: scheme }
      series = new MethodSeries(this, common, version, bindCounter(this.#active, common))
      this.#series.set(key, series)
    }
    return series
  }

  /** `undefined` when there are too many already. */
  bind(attributes: Attributes): BoundRecorder | undefined {
    if (this.#bound >= MAX_BOUND) return undefined
    this.#bound++
    return bindHistogram(this.#duration, attributes)
  }

  record(seconds: number, attributes: Attributes, context: Context | undefined): void {
    this.#duration.record(seconds, attributes, context)
  }
}

/** The series of requests of one method, scheme and version: by route and status. */
export class MethodSeries {
  readonly active: BoundCounter
  readonly #metrics: ServerMetrics
  readonly #attributes: Attributes
  readonly #routes = new Map<string, Map<number, BoundRecorder>>()
  readonly #unrouted = new Map<number, BoundRecorder>()

  constructor(metrics: ServerMetrics, common: Attributes, version: string, active: BoundCounter) {
    this.active = active
    this.#metrics = metrics
    this.#attributes = { ...common, [ATTR.networkProtocolVersion]: version }
  }

  /**
   * @param status 0 for none
   * @param errorType `undefined` for no error
   * @param context of the request, for exemplars; without one, the active one
   */
  record(
    seconds: number,
    route: string | undefined,
    status: number,
    errorType: string | undefined,
    context: Context | undefined,
  ): void {
    // What else fails than by its status has an error type that could be anything.
    const isPlain = errorType === undefined || status >= SERVER_ERROR
    if (isPlain) {
      const known = route === undefined ? this.#unrouted : this.#routes.get(route)
      const series = known?.get(status) ?? this.#bind(route, status, errorType)
      if (series !== undefined) return series.record(seconds, context)
    }
    this.#metrics.record(seconds, this.#describe(route, status, errorType), context)
  }

  #bind(route: string | undefined, status: number, errorType: string | undefined): BoundRecorder | undefined {
    const series = this.#metrics.bind(this.#describe(route, status, errorType))
    if (series === undefined) return undefined
    let statuses = this.#unrouted
    if (route !== undefined) {
      statuses = this.#routes.get(route) ?? new Map<number, BoundRecorder>()
      this.#routes.set(route, statuses)
    }
    statuses.set(status, series)
    return series
  }

  #describe(route: string | undefined, status: number, errorType: string | undefined): Attributes {
    const attributes: Attributes = { ...this.#attributes }
    if (status !== 0) attributes[ATTR.httpResponseStatusCode] = status
    if (errorType !== undefined) attributes[ATTR.errorType] = errorType
    if (route !== undefined) attributes[ATTR.httpRoute] = route
    return attributes
  }
}
