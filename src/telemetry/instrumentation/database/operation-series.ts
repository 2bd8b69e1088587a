import type { Attributes, Context, Histogram, Meter } from '@opentelemetry/api'
import { bindHistogram } from '../../metrics/bind.ts'
import type { BoundRecorder } from '../../metrics/sync-instruments.ts'
import { ATTR } from '../attribute-names.ts'

/**
 * Names of the semantic conventions for databases, as far as they are used here.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/
 */
export const DB_ATTR = {
  collectionName: 'db.collection.name',
  namespace: 'db.namespace',
  operationBatchSize: 'db.operation.batch.size',
  operationName: 'db.operation.name',
  querySummary: 'db.query.summary',
  queryText: 'db.query.text',
  responseStatusCode: 'db.response.status_code',
  systemName: 'db.system.name',
} as const

/** Upper bounds in seconds of the buckets of `db.client.operation.duration`, as the conventions ask. */
const OPERATION_BUCKETS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Series that are held on to; beyond that, they are looked up by their attributes each time. */
const MAX_SERIES = 300

/** What operations have in common that are one series: it is the same for their spans and for what is measured. */
export interface OperationIdentity {
  /** `db.system.name`, such as `redis`. */
  readonly system: string
  /** `db.operation.name`, as the application has written it. */
  readonly operation: string
  /** `db.collection.name`; empty for none. */
  readonly collection: string
  /** `db.namespace`; empty where it is not known. */
  readonly namespace: string
  /** A name, an address or the path of a socket; `undefined` for a database in this process. */
  readonly serverAddress: string | undefined
  readonly serverPort: number | undefined
}

/** How an operation failed, without its message, which may quote values. */
export interface OperationFailure {
  /** `error.type` */
  readonly errorType: string
  /** `db.response.status_code`: what the database said; `undefined` where it said nothing. */
  readonly statusCode: string | undefined
}

/**
 * `db.client.operation.duration`, by series that are found without putting attributes together.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-metrics/#metric-dbclientoperationduration
 */
export class OperationMetrics {
  readonly #duration: Histogram
  readonly #known = new Map<string, OperationSeries>()

  constructor(meter: Meter) {
    this.#duration = meter.createHistogram('db.client.operation.duration', {
      description: 'Duration of database client operations.',
      unit: 's',
      advice: { explicitBucketBoundaries: OPERATION_BUCKETS_S },
    })
  }

  of(identity: OperationIdentity): OperationSeries {
    const { system, operation, collection, namespace, serverAddress, serverPort } = identity
    const key = `${operation}\n${collection}\n${namespace}\n${serverPort}\n${serverAddress}\n${system}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const isHeld = this.#known.size < MAX_SERIES
    const series = new OperationSeries(this.#duration, attributesOf(identity), isHeld)
    if (isHeld) this.#known.set(key, series)
    return series
  }
}

/** The operations of one kind on one server. */
export class OperationSeries {
  /** Of each of its spans and measurements. */
  readonly attributes: Attributes
  readonly #duration: Histogram
  readonly #isHeld: boolean
  #bound: BoundRecorder | undefined = undefined

  constructor(duration: Histogram, attributes: Attributes, isHeld: boolean) {
    this.#duration = duration
    this.attributes = attributes
    this.#isHeld = isHeld
  }

  record(seconds: number, failure: OperationFailure | undefined, context: Context): void {
    if (failure !== undefined) {
      this.#duration.record(seconds, { ...this.attributes, ...describeFailure(failure) }, context)
    } else if (this.#isHeld) {
      this.#bound ??= bindHistogram(this.#duration, this.attributes)
      this.#bound.record(seconds, context)
    } else {
      this.#duration.record(seconds, this.attributes, context)
    }
  }
}

export function describeFailure({ errorType, statusCode }: OperationFailure): Attributes {
  const attributes: Attributes = { [ATTR.errorType]: errorType }
  if (statusCode !== undefined) attributes[DB_ATTR.responseStatusCode] = statusCode
  return attributes
}

function attributesOf(identity: OperationIdentity): Attributes {
  const { system, operation, collection, namespace, serverAddress, serverPort } = identity
  const attributes: Attributes = { [DB_ATTR.systemName]: system }
  if (namespace !== '') attributes[DB_ATTR.namespace] = namespace
  if (operation !== '') attributes[DB_ATTR.operationName] = operation
  if (collection !== '') attributes[DB_ATTR.collectionName] = collection
  if (serverAddress !== undefined) attributes[ATTR.serverAddress] = serverAddress
  if (serverPort !== undefined) attributes[ATTR.serverPort] = serverPort
  return attributes
}
