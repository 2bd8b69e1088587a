import {
  type BatchObservableResult,
  type Counter,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
} from '@opentelemetry/api'

/** How a connection failed: it could not be made, it gave no answer in time, or it broke. */
export type ConnectionFailure = 'connect' | 'timeout' | 'lost'

/** Counts what goes wrong with the connections of one database. Never throws into whoever has seen it. */
export class ConnectionErrors {
  readonly #dependency: string
  readonly #systemName: string
  #counter: { readonly provider: MeterProvider; readonly value: Counter } | undefined = undefined

  constructor(dependency: string, systemName: string) {
    this.#dependency = dependency
    this.#systemName = systemName
  }

  add(kind: ConnectionFailure): void {
    try {
      this.#find().add(1, { dependency: this.#dependency, 'db.system.name': this.#systemName, kind })
    } catch {}
  }

  /** Meters have no proxy: one that was asked for before the telemetry started would never record. */
  #find(): Counter {
    const provider = metrics.getMeterProvider()
    if (this.#counter?.provider !== provider) {
      const value = provider.getMeter('seaworthy').createCounter('seaworthy.database.connection.errors', {
        description: 'Connections to databases that could not be made, gave no answer in time, or broke.',
        unit: '{error}',
      })
      this.#counter = { provider, value }
    }
    return this.#counter.value
  }
}

/** How full a pool is. */
export interface PoolFigures {
  readonly used: number
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly pending: number
  readonly max: number
}

/**
 * Measures a pool as the semantic conventions have it, each time somebody collects.
 *
 * @returns ends that
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-metrics/#connection-pools
 */
export function measurePool(poolName: string, read: () => PoolFigures): () => void {
  try {
    return observe(metrics.getMeterProvider().getMeter('seaworthy'), poolName, read)
  } catch {
    return () => {}
  }
}

function observe(meter: Meter, poolName: string, read: () => PoolFigures): () => void {
  const pool = { 'db.client.connection.pool.name': poolName }
  const used = { ...pool, 'db.client.connection.state': 'used' }
  const idle = { ...pool, 'db.client.connection.state': 'idle' }
  const count = meter.createObservableUpDownCounter('db.client.connection.count', {
    description: 'Connections of a pool by their state.',
    unit: '{connection}',
  })
  const pending = meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
    description: 'Callers that wait for a connection of a pool.',
    unit: '{request}',
  })
  const max = meter.createObservableUpDownCounter('db.client.connection.max', {
    description: 'Connections that a pool may have.',
    unit: '{connection}',
  })
  const tell = (result: BatchObservableResult): void => {
    const figures = read()
    result.observe(count, figures.used, used)
    result.observe(count, figures.idle, idle)
    result.observe(pending, figures.pending, pool)
    result.observe(max, figures.max, pool)
  }
  const all: Observable[] = [count, pending, max]
  meter.addBatchObservableCallback(tell, all)
  return () => meter.removeBatchObservableCallback(tell, all)
}
