import {
  type Attributes,
  type Context,
  context,
  type Histogram,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { describeSql, type SqlDialect } from './sql-text.ts'
import { runTraced } from './traced-call.ts'

/** What is common to all calls of one database client. */
export interface DatabaseIdentity {
  /** `db.system.name`, such as `sqlite` or `postgresql`. */
  readonly system: string
  /** `db.namespace`: the database's name, without anything secret. */
  readonly namespace: string
  readonly serverAddress?: string
  readonly serverPort?: number
}

/** How {@link DatabaseSpans} tells of calls. */
export interface DatabaseSpansOptions {
  /**
   * Whether only calls within a trace get a span, such as those of a request: a trace of one query that nobody has asked
   * for, such as that of a health check, tells no more than the metric. All calls are measured.
   *
   * @default false: every call has a span
   */
  readonly onlyWithinTraces?: boolean
  /**
   * `db.response.status_code` of a failure: what the database itself calls it, such as a SQLSTATE; `undefined` where it has
   * said nothing.
   *
   * @default nothing is said
   */
  readonly statusCode?: (error: unknown) => string | undefined
}

/** What is said of one statement, put together once. */
interface Described {
  readonly name: string
  readonly measured: Attributes
  readonly traced: Attributes
}

/** The boundaries that the semantic conventions give for this metric, in seconds. */
const BOUNDARIES_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
/** Statements whose description is kept; a service has tens, so this bounds only those that build SQL from values. */
const MAX_DESCRIPTIONS = 500

/** One call of a database that has begun. */
export class DatabaseOperation {
  readonly #spans: DatabaseSpans
  readonly #described: Described
  readonly #context: Context
  readonly #span: Span | undefined
  readonly #startedAt: number

  /** @internal Use {@link DatabaseSpans.begin}. */
  constructor(spans: DatabaseSpans, described: Described, active: Context, span: Span | undefined) {
    this.#spans = spans
    this.#described = described
    this.#context = active
    this.#span = span
    this.#startedAt = performance.now()
  }

  /**
   * To be called once.
   *
   * @param error what it has failed with; `undefined` for a success
   */
  end(error?: unknown): void {
    const span = this.#span
    const seconds = (performance.now() - this.#startedAt) / 1000
    let attributes = this.#described.measured
    if (error !== undefined) {
      // The message of a driver can quote values, so only the kind of the error is kept.
      const failure = this.#spans.explain(error)
      attributes = { ...attributes, ...failure }
      span?.setAttributes(failure)
      span?.setStatus({ code: SpanStatusCode.ERROR })
    }
    span?.end()
    this.#spans.measure(seconds, attributes, this.#context)
  }
}

/**
 * Makes the spans and the metric of a database client: one CLIENT span a call, and `db.client.operation.duration`.
 * Statements appear with their literals replaced; parameters never appear.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/
 */
export class DatabaseSpans {
  readonly #identity: Attributes
  readonly #dialect: SqlDialect
  readonly #options: DatabaseSpansOptions
  readonly #descriptions = new Map<string, Described>()
  #histogram: { readonly provider: MeterProvider; readonly value: Histogram } | undefined

  constructor(identity: DatabaseIdentity, options: DatabaseSpansOptions = {}) {
    this.#dialect = identity.system === 'mysql' || identity.system === 'mariadb' ? 'mysql' : 'standard'
    this.#options = options
    this.#identity = {
      'db.system.name': identity.system,
      'db.namespace': identity.namespace,
      ...(identity.serverAddress === undefined ? {} : { 'server.address': identity.serverAddress }),
      ...(identity.serverPort === undefined ? {} : { 'server.port': identity.serverPort }),
    }
  }

  /** Runs a call that ends when it returns. What it throws goes on to the caller. */
  run<T>(sql: string, call: () => T): T {
    const operation = this.begin(sql)
    try {
      const value = runTraced(call)
      operation.end()
      return value
    } catch (error) {
      operation.end(error)
      throw error
    }
  }

  /** Runs a call that ends when its promise settles. */
  async runAsync<T>(sql: string, call: () => Promise<T>): Promise<T> {
    const operation = this.begin(sql)
    try {
      const value = await call()
      operation.end()
      return value
    } catch (error) {
      operation.end(error)
      throw error
    }
  }

  /** Begins a call in the active context, for a client that says by itself when it ends, such as by a callback. */
  begin(sql: string): DatabaseOperation {
    const described = this.#describe(sql)
    const active = context.active()
    const isTraced = this.#options.onlyWithinTraces !== true || trace.getSpan(active) !== undefined
    const span = isTraced
      ? trace
          .getTracer('seaworthy')
          .startSpan(described.name, { kind: SpanKind.CLIENT, attributes: described.traced }, active)
      : undefined
    return new DatabaseOperation(this, described, active, span)
  }

  /** @internal */
  explain(error: unknown): Attributes {
    const statusCode = this.#options.statusCode?.(error)
    const errorType = statusCode ?? nameOf(error)
    return statusCode === undefined
      ? { 'error.type': errorType }
      : { 'error.type': errorType, 'db.response.status_code': statusCode }
  }

  /** @internal */
  measure(seconds: number, attributes: Attributes, active: Context): void {
    this.#duration().record(seconds, attributes, active)
  }

  #describe(sql: string): Described {
    const known = this.#descriptions.get(sql)
    if (known !== undefined) return known
    const { operation, collection, summary, text } = describeSql(sql, this.#dialect)
    const measured: Attributes = {
      ...this.#identity,
      'db.operation.name': operation,
      ...(collection === '' ? {} : { 'db.collection.name': collection }),
    }
    const described: Described = {
      name: summary === '' ? 'query' : summary,
      measured,
      traced: { ...measured, 'db.query.summary': summary, 'db.query.text': text },
    }
    if (this.#descriptions.size >= MAX_DESCRIPTIONS) this.#descriptions.clear()
    this.#descriptions.set(sql, described)
    return described
  }

  /** Meters have no proxy: one that was asked for before the telemetry started would never record. */
  #duration(): Histogram {
    const provider = metrics.getMeterProvider()
    if (this.#histogram?.provider !== provider) {
      const value = provider.getMeter('seaworthy').createHistogram('db.client.operation.duration', {
        description: 'Duration of database client operations.',
        unit: 's',
        advice: { explicitBucketBoundaries: BOUNDARIES_S },
      })
      this.#histogram = { provider, value }
    }
    return this.#histogram.value
  }
}

function nameOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code === 'string') return code
  return error instanceof Error ? error.name : '_OTHER'
}
