import {
  type Attributes,
  type Histogram,
  type MeterProvider,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { describeSql, type SqlDescription, type SqlDialect } from './sql-text.ts'
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

/** The boundaries that the semantic conventions give for this metric, in seconds. */
const BOUNDARIES_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
/** Statements whose description is kept; a service has tens, so this bounds only those that build SQL from values. */
const MAX_DESCRIPTIONS = 500

/**
 * Makes the spans and the metric of a database client: one CLIENT span a call, and `db.client.operation.duration`.
 * Statements appear with their literals replaced; parameters never appear.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/
 */
export class DatabaseSpans {
  readonly #identity: Attributes
  readonly #dialect: SqlDialect
  readonly #descriptions = new Map<string, SqlDescription>()
  #histogram: { readonly provider: MeterProvider; readonly value: Histogram } | undefined

  constructor(identity: DatabaseIdentity) {
    this.#dialect = identity.system === 'mysql' || identity.system === 'mariadb' ? 'mysql' : 'standard'
    this.#identity = {
      'db.system.name': identity.system,
      'db.namespace': identity.namespace,
      ...(identity.serverAddress === undefined ? {} : { 'server.address': identity.serverAddress }),
      ...(identity.serverPort === undefined ? {} : { 'server.port': identity.serverPort }),
    }
  }

  /** Runs a call that ends when it returns. What it throws goes on to the caller. */
  run<T>(sql: string, call: () => T): T {
    const end = this.#begin(sql)
    try {
      const value = runTraced(call)
      end()
      return value
    } catch (error) {
      end(error)
      throw error
    }
  }

  /** Runs a call that ends when its promise settles. */
  async runAsync<T>(sql: string, call: () => Promise<T>): Promise<T> {
    const end = this.#begin(sql)
    try {
      const value = await call()
      end()
      return value
    } catch (error) {
      end(error)
      throw error
    }
  }

  #begin(sql: string): (error?: unknown) => void {
    const { operation, collection, summary, text } = this.#describe(sql)
    const common: Attributes = {
      ...this.#identity,
      'db.operation.name': operation,
      ...(collection === '' ? {} : { 'db.collection.name': collection }),
    }
    const span = trace.getTracer('seaworthy').startSpan(summary === '' ? 'query' : summary, {
      kind: SpanKind.CLIENT,
      attributes: { ...common, 'db.query.summary': summary, 'db.query.text': text },
    })
    const startedAt = performance.now()
    return (error) => {
      const failure: Attributes = error === undefined ? {} : { 'error.type': nameOf(error) }
      if (error !== undefined) {
        // The message of a driver can quote values, so only the kind of the error is kept.
        span.setAttributes(failure)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end()
      this.#duration().record((performance.now() - startedAt) / 1000, { ...common, ...failure })
    }
  }

  #describe(sql: string): SqlDescription {
    const known = this.#descriptions.get(sql)
    if (known !== undefined) return known
    const description = describeSql(sql, this.#dialect)
    if (this.#descriptions.size >= MAX_DESCRIPTIONS) this.#descriptions.clear()
    this.#descriptions.set(sql, description)
    return description
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
