import type { Attributes, Context, Histogram, Meter } from '@opentelemetry/api'
import { bindHistogram } from '../metrics/bind.ts'
import type { BoundRecorder } from '../metrics/sync-instruments.ts'
import { ATTR, DURATION_BUCKETS_S } from './attribute-names.ts'
import { AttributeTemplate } from './templated-attributes.ts'

/** Series that are held on to on either side; what is beyond it is recorded by its attributes. */
const MAX_BOUND = 500
/** Servers whose series are held on to, with how they are described. */
const MAX_SERVERS = 100

const INSTRUMENTS = {
  server: {
    name: 'rpc.server.call.duration',
    description: 'Measures the duration of an incoming Remote Procedure Call (RPC).',
  },
  client: {
    name: 'rpc.client.call.duration',
    description: 'Measures the duration of an outgoing Remote Procedure Call (RPC).',
  },
} as const

/**
 * How long calls of gRPC take.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/
 */
export class RpcMetrics {
  readonly #duration: Histogram
  readonly #servers = new Map<string, RpcSeries>()
  #bound = 0
  /** Of calls that this process takes. */
  readonly own: RpcSeries

  constructor(meter: Meter, side: 'client' | 'server') {
    const { name, description } = INSTRUMENTS[side]
    const advice = { explicitBucketBoundaries: DURATION_BUCKETS_S }
    this.#duration = meter.createHistogram(name, { description, unit: 's', advice })
    this.own = new RpcSeries(this, { [ATTR.rpcSystemName]: 'grpc' })
  }

  /** Of calls to a server. */
  of(host: string, port: number | undefined): RpcSeries {
    const key = `${host} ${port}`
    const known = this.#servers.get(key)
    if (known !== undefined) return known
    const common: Record<string, string | number> = { [ATTR.rpcSystemName]: 'grpc', [ATTR.serverAddress]: host }
    if (port !== undefined) common[ATTR.serverPort] = port
    const series = new RpcSeries(this, common)
    if (this.#servers.size < MAX_SERVERS) this.#servers.set(key, series)
    return series
  }

  /** `undefined` when there are too many already. */
  bind(attributes: Attributes): BoundRecorder | undefined {
    if (this.#bound >= MAX_BOUND || this.#servers.size >= MAX_SERVERS) return undefined
    this.#bound++
    return bindHistogram(this.#duration, attributes)
  }

  record(seconds: number, attributes: Attributes, context: Context | undefined): void {
    this.#duration.record(seconds, attributes, context)
  }
}

type RpcAttributes = Readonly<Record<string, string | number>>

/** The series of calls that have a server in common: by method and status. */
export class RpcSeries {
  readonly #metrics: RpcMetrics
  readonly #common: RpcAttributes
  readonly #methods = new Map<string, Map<string, BoundRecorder>>()
  #template: AttributeTemplate | undefined = undefined

  constructor(metrics: RpcMetrics, common: RpcAttributes) {
    this.#metrics = metrics
    this.#common = common
  }

  /** What the spans of these calls have in common: the same. */
  get template(): AttributeTemplate {
    return (this.#template ??= new AttributeTemplate(new Map(Object.entries(this.#common))))
  }

  /**
   * @param isError whether the status is an error on this side
   * @param context of the call, for exemplars; without one, the active one
   */
  record(seconds: number, method: string, status: string, isError: boolean, context: Context | undefined): void {
    const series = this.#methods.get(method)?.get(status) ?? this.#bind(method, status, isError)
    if (series === undefined) this.#metrics.record(seconds, this.#describe(method, status, isError), context)
    else series.record(seconds, context)
  }

  #bind(method: string, status: string, isError: boolean): BoundRecorder | undefined {
    const series = this.#metrics.bind(this.#describe(method, status, isError))
    if (series === undefined) return undefined
    const statuses = this.#methods.get(method) ?? new Map<string, BoundRecorder>()
    this.#methods.set(method, statuses.set(status, series))
    return series
  }

  #describe(method: string, status: string, isError: boolean): Attributes {
    const attributes = { ...this.#common, [ATTR.rpcMethod]: method, [ATTR.rpcStatusCode]: status }
    return isError ? { ...attributes, [ATTR.errorType]: status } : attributes
  }
}
