import { type HealthCheckResult, type Log, SeaworthyError } from 'seaworthy'
import { DatabaseGuard } from '../database/database-guard.ts'
import type { StopContext } from '../database/stop-limit.ts'
import type { ResolvedDatabaseBreaker } from '../database/database-options.ts'
import { GuardedPool } from './guarded-pool.ts'
import { isWatchable, type PostgresPool } from './pg-client.ts'

/** For whom a pool is watched. */
export interface PoolWatchPlan {
  /** Of the component. */
  readonly name: string
  readonly log: Log
  readonly breaker: ResolvedDatabaseBreaker | false
}

/** A pool that is watched. */
interface Watched {
  check(signal: AbortSignal): Promise<HealthCheckResult | undefined>
  stop(context: StopContext): Promise<void>
  end(): Promise<void>
}

/** By their pools, which go with them. */
const known = new WeakMap<PostgresPool, PoolWatch>()

/** What a resource knows of its pool beside it: the pool itself is what everybody gets. */
export class PoolWatch {
  readonly guard: DatabaseGuard
  readonly #watched: Watched

  private constructor(guard: DatabaseGuard, watched: Watched) {
    this.guard = guard
    this.#watched = watched
  }

  static async begin(pool: PostgresPool, { name, log, breaker }: PoolWatchPlan): Promise<PoolWatch> {
    if ((pool as { readonly ending?: unknown }).ending === true) throw hasEnded()
    const guard = await DatabaseGuard.open({
      system: 'PostgreSQL',
      systemName: 'postgresql',
      dependency: name,
      log,
      breaker,
    })
    const watch = new PoolWatch(guard, isWatchable(pool) ? new GuardedPool(pool, guard, name) : watchOnly(pool, guard))
    known.set(pool, watch)
    return watch
  }

  static of(pool: PostgresPool): PoolWatch {
    const watch = known.get(pool)
    if (watch === undefined) throw new TypeError('the pool is not that of a resource that has started')
    return watch
  }

  check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    return this.#watched.check(signal)
  }

  /** Ends it, and waits for those who have a connection as long as there is time. */
  stop(context: StopContext): Promise<void> {
    return this.#watched.stop(context)
  }

  /** Ends it at once. */
  end(): Promise<void> {
    return this.#watched.end()
  }
}

/** What is like a pool of pg, but not made of its classes: nothing can be put around its calls. */
function watchOnly(pool: PostgresPool, guard: DatabaseGuard): Watched {
  const end = async (): Promise<void> => {
    guard.close()
    await pool.end()
  }
  pool.on('error', (error) => guard.lost(error, guard.mark))
  // One that is checked out has no listener of the pool: whoever uses it gets the error from its query.
  pool.on('connect', (client) => client.on('error', () => {}))
  return {
    check: (signal) =>
      guard.check(signal, async () => {
        const { waitingCount, totalCount } = pool
        if (waitingCount > 0)
          return {
            status: 'degraded',
            message: `all ${totalCount} connections are in use, ${waitingCount} callers wait`,
          }
        await pool.query('SELECT 1')
        guard.answered()
        return undefined
      }),
    stop: end,
    end,
  }
}

function hasEnded(): SeaworthyError {
  return new SeaworthyError('SEA_OPTIONS_INVALID', 'the function given to postgres() returned a pool that has ended', {
    hint: 'Build the pool in that function, which is called at each attempt to start.',
  })
}
