import type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { type ClientSource, readClient } from './client-source.ts'
import { ConnectionBorrower } from './connection-borrower.ts'
import { untilAborted } from './until-aborted.ts'

/** What is used of a pool of `pg`. */
export interface PgCheckPool {
  connect(): PromiseLike<PgCheckClient>
  readonly options?: { readonly max?: number }
  readonly totalCount?: number
  readonly idleCount?: number
  readonly waitingCount?: number
}

/** What is used of a client that a pool of `pg` lends. */
export interface PgCheckClient {
  query(sql: string): PromiseLike<{ readonly rows: readonly unknown[] }>
  release(destroy?: boolean): void
  on?(event: 'error', listener: () => void): unknown
  off?(event: 'error', listener: () => void): unknown
}

/** How PostgreSQL is asked. */
export interface PostgresCheckOptions extends ReadyCheckOptions {
  /**
   * Whether a server that only reads, a standby or one with `default_transaction_read_only`, is a failure: after a
   * failover an address can lead to one for minutes, and every write then fails.
   *
   * @default false
   */
  readonly writable?: boolean
}

const READ_ONLY = "SELECT current_setting('transaction_read_only') AS read_only"

/**
 * A check that PostgreSQL answers a query, over a connection of the service's own pool. When its time is over, the
 * connection it waits on is closed and leaves the pool: a frozen server costs no descriptor and keeps no place in it.
 *
 * @param pool a `Pool` of `pg`, or a function that returns it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://node-postgres.com/apis/pool
 *
 * @example
 * service.check(postgresCheck(pool, { timeout: '2s' }))
 */
export function postgresCheck(
  pool: ClientSource<PgCheckPool>,
  options: PostgresCheckOptions = {},
): HealthCheckDefinition {
  const borrower = new ConnectionBorrower<PgCheckPool, PgCheckClient>(
    (from) => from.connect(),
    (client) => client.release(),
  )
  return defineCheck('postgresCheck()', options, (read) => {
    const find = readClient<PgCheckPool>(read, pool, 'a pool of pg', ['connect'])
    const sql = read.boolean('writable', { fallback: false }) ? READ_ONLY : 'SELECT 1'
    const run = async ({ signal }: HealthCheckContext): Promise<HealthCheckResult> => {
      const from = find()
      if (from === undefined) return unhealthy('postgres: there is no pool yet')
      let isLent = false
      try {
        const client = await borrower.borrow(from, signal)
        isLent = true
        let answered = false
        // The pool listens only to those that are idle, and an error without a listener ends the process.
        client.on?.('error', ignore)
        try {
          const { rows } = await untilAborted(signal, client.query(sql))
          answered = true
          const [row] = rows as readonly { readonly read_only?: unknown }[]
          return row?.read_only === 'on' ? unhealthy('postgres: the server is read-only') : HEALTHY
        } finally {
          client.release(!answered)
          client.off?.('error', ignore)
        }
      } catch (error) {
        return failed(`postgres: ${isLent ? 'the query' : whatIsMissing(from)}`, error, signal)
      }
    }
    return { name: 'postgres', run }
  })
}

/** Where the service itself has all connections, the database is not to blame. */
function whatIsMissing({ idleCount = 0, options, totalCount = 0, waitingCount = 0 }: PgCheckPool): string {
  const isBusy = idleCount === 0 && totalCount >= (options?.max ?? Infinity)
  return `a connection of the pool${isBusy ? `, of which all ${totalCount} are in use and ${waitingCount} callers wait,` : ''}`
}

/** The query says the same. */
function ignore(): void {}
