import type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { type ClientSource, readClient } from './client-source.ts'
import { ConnectionBorrower } from './connection-borrower.ts'
import { untilAborted } from './until-aborted.ts'

/** What is used of a pool of `mysql2` (with callbacks or promises) or of `mariadb`. */
export interface MysqlCheckPool {
  getConnection(...none: never[]): unknown
  /** The same pool with promises, which the one with callbacks has. */
  promise?(): { getConnection(...none: never[]): unknown }
}

interface MysqlCheckConnection {
  query(sql: string): PromiseLike<unknown>
  release(): unknown
  destroy(): void
}

/** How MySQL or MariaDB is asked. */
export interface MysqlCheckOptions extends ReadyCheckOptions {
  /** Whether a server that only reads (`read_only`), such as a replica, is a failure. @default false */
  readonly writable?: boolean
}

const READ_ONLY = 'SELECT @@global.read_only AS answer'

/**
 * A check that MySQL or MariaDB answers a query, over a connection of the service's own pool. When its time is over, the
 * connection it waits on is destroyed: a frozen server costs no descriptor and keeps no place in the pool.
 *
 * @param pool of `mysql2`, `mysql2/promise` or `mariadb`, or a function that returns it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://sidorares.github.io/node-mysql2/docs/documentation
 */
export function mysqlCheck(pool: ClientSource<MysqlCheckPool>, options: MysqlCheckOptions = {}): HealthCheckDefinition {
  const borrower = new ConnectionBorrower<MysqlCheckPool, MysqlCheckConnection>(
    (from) => (from.promise?.() ?? from).getConnection() as PromiseLike<MysqlCheckConnection>,
    (connection) => void connection.release(),
  )
  return defineCheck('mysqlCheck()', options, (read) => {
    const find = readClient<MysqlCheckPool>(read, pool, 'a pool of mysql2 or mariadb', ['getConnection'])
    const sql = read.boolean('writable', { fallback: false }) ? READ_ONLY : 'SELECT 1 AS answer'
    const run = async ({ signal }: HealthCheckContext): Promise<HealthCheckResult> => {
      const from = find()
      if (from === undefined) return unhealthy('mysql: there is no pool yet')
      let step = 'a connection of the pool'
      try {
        const connection = await borrower.borrow(from, signal)
        step = 'the query'
        let answered = false
        try {
          const rows = await untilAborted(signal, connection.query(sql))
          answered = true
          return sql === READ_ONLY && Number(firstAnswer(rows)) === 1
            ? unhealthy('mysql: the server is read-only')
            : HEALTHY
        } finally {
          if (answered) void connection.release()
          else connection.destroy()
        }
      } catch (error) {
        return failed(`mysql: ${step}`, error, signal)
      }
    }
    return { name: 'mysql', run }
  })
}

/** Rows as `mariadb` gives them, or rows and fields, as `mysql2` does. */
function firstAnswer(result: unknown): unknown {
  const [first] = result as readonly unknown[]
  const row = Array.isArray(first) ? (first[0] as unknown) : first
  return (row as { readonly answer?: unknown } | undefined)?.answer
}
