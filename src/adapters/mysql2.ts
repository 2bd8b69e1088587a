/**
 * MySQL and MariaDB by the package `mysql2`, which is yours: a pool as a resource.
 *
 * @module
 */
import { type ResourceDefinition, SeaworthyError } from 'seaworthy'
import { DatabaseGuard } from './database/database-guard.ts'
import { type DatabaseBreakerOptions, readDatabaseBreaker } from './database/database-options.ts'
import { prove } from './database/unusable.ts'
import { GuardedPool } from './mysql2/guarded-pool.ts'
import { coreOf, type MysqlPool } from './mysql2/mysql-client.ts'
import { requireArgument } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { OptionReader } from './options/runtime-checks.ts'

export type { DatabaseBreakerOptions } from './database/database-options.ts'
export type { MysqlPool } from './mysql2/mysql-client.ts'

/** What {@link mysql} takes besides the pool. */
export interface MysqlOptions {
  /** Whether the service is not ready while the database can't be reached. @default true */
  readonly critical?: boolean
  /**
   * When queries are refused at once, with `SEA_POLICY_CIRCUIT_OPEN`, because no connection can be had. `false`: never.
   *
   * @default after 5 failures in a row, for a second each time
   */
  readonly breaker?: false | DatabaseBreakerOptions
}

/** By their pools, which go with them. */
const guarded = new WeakMap<MysqlPool, GuardedPool>()

/**
 * A pool of connections to MySQL or MariaDB as a resource: proven at the start, checked by a query, and closed at the stop,
 * which waits for connections that are checked out, as long as there is time.
 *
 * The pool stays the object that you have built, with promises or with callbacks, so it goes to Kysely, Drizzle or whatever
 * takes one. While the database can't be reached, queries fail at once and one connection a second is tried; connections
 * that break, idle or in use, are told of once an outage, rather than an uncaught exception. Spans and metrics are those
 * that the service makes of mysql2 in any case. A connection has the pool's `connectTimeout` to be made, a query its
 * `timeout`.
 *
 * @param pool called at each attempt to start: build the pool there
 * @see https://sidorares.github.io/node-mysql2/docs
 *
 * @example
 * ```ts
 * const db = service.resource('database', mysql((config) => createPool({ uri: config.database.url })))
 * ```
 */
export function mysql<Config, Pool extends MysqlPool>(
  pool: (config: Config) => Pool,
  options: MysqlOptions = {},
): ResourceDefinition<Config, Pool> {
  const read = new OptionReader(options, 'mysql()')
  requireArgument(read, pool, 'the first argument, which builds the pool,')
  read.boolean('critical', { fallback: true })
  const breaker = readDatabaseBreaker(read)
  read.done()
  return {
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start({ config, log, name, signal }) {
      const opened = requireClient(pool(config), {
        from: 'the function given to mysql()',
        expected: 'a pool of mysql2',
        methods: ['getConnection', 'query', 'end'],
      })
      const core = coreOf(opened)
      if (core === undefined) throw noPool()
      const guard = await DatabaseGuard.open({ system: 'MySQL', systemName: 'mysql', dependency: name, log, breaker })
      const watched = new GuardedPool(core, guard, name)
      guarded.set(opened, watched)
      await prove({ system: 'MySQL', guard, signal, ask: () => watched.prove(), close: () => watched.end() })
      return opened
    },
    check: (opened, { signal }) => guarded.get(opened)?.check(signal),
    stop: (opened, context) => guarded.get(opened)?.stop(context),
  }
}

function noPool(): SeaworthyError {
  return new SeaworthyError('SEA_OPTIONS_INVALID', 'the function given to mysql() must return a pool of mysql2', {
    hint: 'Return what createPool() of mysql2 or mysql2/promise returns; a cluster is several pools, each its own resource.',
  })
}
