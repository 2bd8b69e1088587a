import type { Attributes, Context, Histogram, Meter } from '@opentelemetry/api'
import { bindHistogram } from '../metrics/bind.ts'
import type { BoundRecorder } from '../metrics/sync-instruments.ts'
import { ATTR, DURATION_BUCKETS_S } from './attribute-names.ts'
import { AttributeTemplate } from './templated-attributes.ts'
import type { Origin } from './host-and-port.ts'

/** Servers and methods whose series are held on to; beyond that, they are looked up by their attributes each time. */
const MAX_TARGETS = 100
/** Series that are held on to, of all servers together. */
const MAX_BOUND = 300
const CLIENT_ERROR = 400
/** Of the versions of HTTP that come as themselves: with the status they make a number. */
const VERSIONS = [undefined, '1.0', '1.1', '2', '3'] as const

/** Metrics of the requests that clients make, by series that are found without putting attributes together. */
export class ClientMetrics {
  readonly #duration: Histogram
  readonly #targets = new Map<string, TargetSeries>()
  #bound = 0

  constructor(meter: Meter) {
    this.#duration = meter.createHistogram('http.client.request.duration', {
      description: 'Duration of HTTP client requests.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS_S },
    })
  }

  /** @param method one of few: a known one or `_OTHER` */
  of(method: string, origin: Origin): TargetSeries {
    const { memo } = origin
    const known = memo instanceof OriginSeries && memo.owner === this ? memo : new OriginSeries(this)
    let series = known.byMethod.get(method)
    if (series !== undefined) return series
    series = this.#find(method, origin)
    known.byMethod.set(method, series)
    origin.memo = known
    return series
  }

  /** One origin is named in several ways, and forgotten and named again. */
  #find(method: string, { scheme, host, port }: Origin): TargetSeries {
    const key = `${method} ${scheme} ${port} ${host}`
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    const series = new TargetSeries(this, {
      [ATTR.httpRequestMethod]: method,
      [ATTR.serverAddress]: host,
      [ATTR.serverPort]: port,
      [ATTR.urlScheme]: scheme,
    })
    if (this.#targets.size < MAX_TARGETS) this.#targets.set(key, series)
    return series
  }

  /** `undefined` when there are too many already. */
  bind(attributes: Attributes): BoundRecorder | undefined {
    if (this.#bound >= MAX_BOUND || this.#targets.size >= MAX_TARGETS) return undefined
    this.#bound++
    return bindHistogram(this.#duration, attributes)
  }

  record(seconds: number, attributes: Attributes, context: Context): void {
    this.#duration.record(seconds, attributes, context)
  }
}

/** The series of one origin. */
class OriginSeries {
  readonly owner: ClientMetrics
  readonly byMethod = new Map<string, TargetSeries>()

  constructor(owner: ClientMetrics) {
    this.owner = owner
  }
}

type TargetAttributes = Readonly<Record<string, string | number>>

/** The series of the requests of one method to one server: by status and version. */
export class TargetSeries {
  readonly #metrics: ClientMetrics
  readonly #common: TargetAttributes
  readonly #series = new Map<number, BoundRecorder>()
  #template: AttributeTemplate | undefined = undefined

  constructor(metrics: ClientMetrics, common: TargetAttributes) {
    this.#metrics = metrics
    this.#common = common
  }

  /** What the spans of these requests have in common: the same. */
  get template(): AttributeTemplate {
    return (this.#template ??= new AttributeTemplate(new Map(Object.entries(this.#common))))
  }

  /**
   * @param status 0 for none
   * @param context of whoever asked, for exemplars
   */
  record(
    seconds: number,
    status: number,
    version: string | undefined,
    errorType: string | undefined,
    context: Context,
  ): void {
    const place = VERSIONS.indexOf(version as '1.1')
    // What fails in another way than by its status has an error type that could be anything.
    const isPlain =
      place !== -1 && (errorType === undefined || (status >= CLIENT_ERROR && errorType === String(status)))
    if (isPlain) {
      const key = status * VERSIONS.length + place
      const series = this.#series.get(key) ?? this.#bind(key, this.#describe(status, version, errorType))
      if (series !== undefined) return series.record(seconds, context)
    }
    this.#metrics.record(seconds, this.#describe(status, version, errorType), context)
  }

  #bind(key: number, attributes: Attributes): BoundRecorder | undefined {
    const series = this.#metrics.bind(attributes)
    if (series !== undefined) this.#series.set(key, series)
    return series
  }

  #describe(status: number, version: string | undefined, errorType: string | undefined): Attributes {
    const attributes: Attributes = { ...this.#common }
    if (status !== 0) attributes[ATTR.httpResponseStatusCode] = status
    if (version !== undefined) attributes[ATTR.networkProtocolVersion] = version
    if (errorType !== undefined) attributes[ATTR.errorType] = errorType
    return attributes
  }
}
