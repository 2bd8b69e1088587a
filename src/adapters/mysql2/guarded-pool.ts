import type { HealthCheckResult } from 'seaworthy'
import { measurePool } from '../database/connection-metrics.ts'
import type { DatabaseGuard } from '../database/database-guard.ts'
import { LastMoment } from '../database/last-moment.ts'
import type { StopContext } from '../database/stop-limit.ts'
import { WaitingCallers } from '../database/waiting-callers.ts'
import { GuardedConnections } from './guarded-connections.ts'
import { isDialFailure, type MysqlCallback, type MysqlConnection, type MysqlCorePool } from './mysql-client.ts'

/** When a connection says nothing: how often the kernel asks whether anybody is there, and from when on. */
const KEEP_ALIVE_AFTER_MS = 10_000

/**
 * A pool whose connections are watched: it stays the object that it is, with a `getConnection` of its own, through which
 * its `query` and `execute` go as well, also those of the pool with promises around it.
 */
export class GuardedPool {
  readonly guard: DatabaseGuard
  readonly #pool: MysqlCorePool
  readonly #connections: GuardedConnections
  readonly #waiting = new WaitingCallers<MysqlConnection>()
  readonly #getConnection: MysqlCorePool['getConnection']
  readonly #stopMeasuring: () => void
  #answersAtCheck = -1
  #ended: Promise<void> | undefined = undefined

  constructor(pool: MysqlCorePool, guard: DatabaseGuard, name: string) {
    this.guard = guard
    this.#pool = pool
    this.#connections = new GuardedConnections(guard)
    // On by default, but from two hours on, as the kernel has it.
    const settings = pool.config.connectionConfig
    if (settings?.enableKeepAlive === true) settings.keepAliveInitialDelay ||= KEEP_ALIVE_AFTER_MS
    pool.on('connection', (connection) => this.#connections.add(connection))
    pool.on('acquire', (connection) => this.#connections.setOut(connection, true))
    pool.on('release', (connection) => this.#connections.setOut(connection, false))
    this.#getConnection = pool.getConnection.bind(pool)
    pool.getConnection = (callback) => this.#take(callback)
    guard.onRefusing((isSilent) => this.#refuseAll(isSilent))
    this.#stopMeasuring = measurePool(name, () => {
      const { count, used } = this.#connections
      return { used, idle: count - used, pending: this.#waiting.count, max: pool.config.connectionLimit }
    })
  }

  /** What the health check says. */
  check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    return this.guard.check(signal, () => this.#ask(signal))
  }

  /** Asks the server something, at the start. */
  prove(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pool.query('SELECT 1', (error) => (error ? reject(error) : resolve()))
    })
  }

  /**
   * Ends the pool. Those who have a connection may give it back until the last moment: mysql2 would end them under their
   * hands.
   *
   * @throws {@link SeaworthyError} `SEA_DATABASE_IN_USE` when some did not
   */
  async stop(context: StopContext): Promise<void> {
    this.guard.close()
    const last = new LastMoment('MySQL', this.guard.clock, context, () => {
      const { used } = this.#connections
      // First, or those who wait in its queue would dial when the connections of others are cut.
      this.#end().catch(() => {})
      this.#cutAll()
      return used
    })
    try {
      // It would wait for those that are being made as well, as long as a dial may take.
      await Promise.race([this.#endWhenBack(), last.whenCome])
    } finally {
      last.cancel()
    }
    last.requireUnused()
  }

  /** Ends the pool at once. */
  async end(): Promise<void> {
    this.guard.close()
    this.#cutAll()
    await this.#end()
  }

  async #endWhenBack(): Promise<void> {
    await this.#connections.whenBack()
    await this.#end()
  }

  #cutAll(): void {
    this.#connections.cutAll()
    // Of those that are being made the pool alone knows.
    for (const connection of this.#pool._allConnections?.toArray() ?? []) this.#connections.cut(connection)
  }

  #end(): Promise<void> {
    this.#stopMeasuring()
    this.#ended ??= new Promise<void>((resolve, reject) => {
      this.#pool.end((error) => (error ? reject(error) : resolve()))
    })
    return this.#ended
  }

  #take(given: MysqlCallback): void {
    const refusal = this.guard.refusal()
    if (refusal !== undefined) {
      process.nextTick(given, refusal)
      return
    }
    const caller = this.#waiting.add(given)
    this.#getConnection((error, connection) => {
      const isWanted = this.#waiting.remove(caller)
      if (error && isDialFailure(error)) this.guard.failed(error, isTimeout(error) ? 'timeout' : 'connect')
      if (isWanted) caller.call(error, connection, undefined)
      // Whoever has waited for it was refused meanwhile.
      else if (!error) connection.release()
    })
  }

  /** As with PostgreSQL: nobody waits for a server that is not there, and what may be dead is not used again. */
  #refuseAll(isSilent: boolean): void {
    const refusal = this.guard.refusal()
    if (refusal === undefined) return
    this.#waiting.refuseAll(refusal, NOBODY, undefined)
    if (isSilent) this.#connections.cutAll()
    else this.#connections.cutIdle()
  }

  async #ask(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    const { config } = this.#pool
    const { count, used } = this.#connections
    const waiting = this.#waiting.count
    const hasAnswered = this.guard.answers !== this.#answersAtCheck
    this.#answersAtCheck = this.guard.answers
    const isFull = config.connectionLimit > 0 && count >= config.connectionLimit && used === count
    if (!isFull) {
      await this.#askOne(signal, false)
      return undefined
    }
    // Busy is not broken, and a check that waits in the same line would only say the same, later. But where nobody has had
    // an answer since the last check, only a connection of its own tells one from the other.
    if (!hasAnswered) await this.#askOne(signal, true)
    if (waiting === 0) return undefined
    return { status: 'degraded', message: `all ${count} connections are in use, ${waiting} callers wait` }
  }

  async #askOne(signal: AbortSignal, isAside: boolean): Promise<void> {
    const connection = await this.#borrow(signal, isAside)
    let isOver = false
    const giveUp = (): void => {
      isOver = true
      this.#connections.cut(connection)
      // Where one is dead without a word, those beside it are, too.
      this.#connections.cutIdle()
    }
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await new Promise<void>((resolve, reject) => {
        connection.query('SELECT 1', (error: unknown) => (error ? reject(error) : resolve()))
      })
    } finally {
      signal.removeEventListener('abort', giveUp)
      if (!isOver) {
        if (isAside) connection.destroy()
        else connection.release()
      }
    }
  }

  /** @param isAside beyond what the pool may have: it is full, and nobody gives anything back */
  #borrow(signal: AbortSignal, isAside: boolean): Promise<MysqlConnection> {
    return new Promise((resolve, reject) => {
      const { config } = this.#pool
      const limit = config.connectionLimit
      // Looked at when a connection is asked for, and not again.
      if (isAside) config.connectionLimit = limit + 1
      try {
        this.#pool.getConnection((error, connection) => {
          if (error) reject(error)
          else if (!signal.aborted) resolve(connection)
          else if (isAside) connection.destroy()
          else connection.release()
        })
      } finally {
        if (isAside) config.connectionLimit = limit
      }
    })
  }
}

/** What comes with an error. */
const NOBODY = undefined as unknown as MysqlConnection

function isTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ETIMEDOUT'
}
