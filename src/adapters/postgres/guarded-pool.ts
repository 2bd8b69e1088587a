import type { HealthCheckResult } from 'seaworthy'
import { measurePool } from '../database/connection-metrics.ts'
import type { DatabaseGuard } from '../database/database-guard.ts'
import { LastMoment } from '../database/last-moment.ts'
import type { StopContext } from '../database/stop-limit.ts'
import { WaitingCallers } from '../database/waiting-callers.ts'
import { guardClients, type WatchedClient } from './guarded-client.ts'
import type { ConnectCallback, Release, WatchablePool } from './pg-client.ts'

/** When a connection says nothing: how often the kernel asks whether anybody is there, and from when on. */
const KEEP_ALIVE_AFTER_MS = 10_000

/** What there is to end when a check is given up. */
interface AskedClient {
  query(sql: string): Promise<unknown>
  release(destroy?: boolean): void
}

/**
 * A pool whose connections are watched: it stays the object that it is, with a `connect` of its own, through which its
 * `query` goes as well, and a class of clients of its own.
 */
export class GuardedPool {
  readonly #pool: WatchablePool
  readonly #guard: DatabaseGuard
  readonly #clients = new Set<WatchedClient>()
  readonly #waiting = new WaitingCallers<unknown, Release>()
  readonly #connect: WatchablePool['connect']
  readonly #stopMeasuring: () => void
  #answersAtCheck = -1

  constructor(pool: WatchablePool, guard: DatabaseGuard, name: string) {
    this.#pool = pool
    this.#guard = guard
    // A peer that is gone without a word would be waited for as long as TCP sends again, which is a quarter of an hour.
    pool.options.keepAlive ??= true
    pool.options.keepAliveInitialDelayMillis ??= KEEP_ALIVE_AFTER_MS
    pool.Client = guardClients(pool.Client, { guard, clients: this.#clients, spans: undefined })
    // Each of its connections tells by itself; without a listener, an error that the pool emits is an uncaught exception.
    pool.on('error', () => {})
    pool.on('acquire', (client: WatchedClient) => void (client.isOut = true))
    pool.on('release', (_error: unknown, client: WatchedClient) => void (client.isOut = false))
    this.#connect = pool.connect.bind(pool)
    this.#override(pool)
    guard.onRefusing((isSilent) => this.#refuseAll(isSilent))
    this.#stopMeasuring = measurePool(name, () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      pending: pool.waitingCount,
      max: pool.options.max ?? 0,
    }))
  }

  /** What the health check says. */
  check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    return this.#guard.check(signal, () => this.#ask(signal))
  }

  /**
   * Ends the pool. Those who have a client checked out may give it back until the last moment.
   *
   * @throws {@link SeaworthyError} `SEA_DATABASE_IN_USE` when some did not
   */
  async stop(context: StopContext): Promise<void> {
    this.#guard.close()
    const last = new LastMoment('PostgreSQL', this.#guard.clock, context, () => {
      const used = this.#pool.totalCount - this.#pool.idleCount
      this.#cut()
      return used
    })
    try {
      // Of a client that nobody gives back, the pool would wait for ever, also once it is cut.
      await Promise.race([this.#end(), last.whenCome])
    } finally {
      last.cancel()
    }
    last.requireUnused()
  }

  /** Ends the pool at once. */
  async end(): Promise<void> {
    this.#guard.close()
    this.#cut()
    await this.#end()
  }

  async #end(): Promise<void> {
    this.#stopMeasuring()
    if (this.#pool.ending === true) return
    const ended = this.#pool.end()
    // A pool that ends calls none of them back. They get what it says to those who come now.
    this.#connect((error) => this.#waiting.refuseAll(error, undefined, NOTHING))
    await ended
  }

  #override(pool: WatchablePool): void {
    const take = (callback: ConnectCallback): void => this.#take(callback)
    pool.connect = (callback?: ConnectCallback): void => {
      if (typeof callback === 'function') return take(callback)
      return new Promise((resolve, reject) => {
        take((error, client) => {
          if (error) reject(error)
          else resolve(client)
        })
      }) as unknown as void
    }
  }

  #take(given: ConnectCallback): void {
    const refusal = this.#guard.refusal()
    if (refusal !== undefined) {
      process.nextTick(given, refusal, undefined, NOTHING)
      return
    }
    const caller = this.#waiting.add(given)
    this.#connect((error, client, release) => {
      if (this.#waiting.remove(caller)) caller.call(error, client, release)
      // Whoever has waited for it was refused meanwhile.
      else if (!error) release()
    })
  }

  /**
   * Nobody goes on waiting for a server that is not there, and connections that nobody uses are not used again: the server
   * that comes back may know nothing of them, and each would be found out by a call that fails. Those in use are cut only
   * where nothing at all is heard; a server that takes no more connections may well be at work on them.
   */
  #refuseAll(isSilent: boolean): void {
    const refusal = this.#guard.refusal()
    if (refusal === undefined) return
    this.#waiting.refuseAll(refusal, undefined, NOTHING)
    if (isSilent) this.#cut()
    else this.#cutIdle()
  }

  #cutIdle(): void {
    for (const client of this.#clients) if (!client.isOut) client.cut()
  }

  #cut(): void {
    for (const client of this.#clients) client.cut()
  }

  async #ask(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    const pool = this.#pool
    const { idleCount, totalCount, waitingCount } = pool
    const hasAnswered = this.#guard.answers !== this.#answersAtCheck
    this.#answersAtCheck = this.#guard.answers
    if (idleCount > 0 || totalCount < (pool.options.max ?? Infinity)) {
      await this.#askPool(signal)
      return undefined
    }
    // Busy is not broken, and a check that waits in the same line would only say the same, later. But where nobody has had
    // an answer since the last check, only a connection of its own tells one from the other.
    if (!hasAnswered) await this.#askAside(signal)
    if (waitingCount === 0) return undefined
    return { status: 'degraded', message: `all ${totalCount} connections are in use, ${waitingCount} callers wait` }
  }

  async #askPool(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<AskedClient>()
    this.#pool.connect((error, client) => {
      if (error) reject(error)
      else if (signal.aborted) (client as AskedClient).release()
      else resolve(client as AskedClient)
    })
    const client = await promise
    let isReleased = false
    const release = (destroy: boolean): void => {
      if (isReleased) return
      isReleased = true
      client.release(destroy)
    }
    const giveUp = (): void => {
      release(true)
      // Where one is dead without a word, those beside it are, too.
      this.#cutIdle()
    }
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await client.query('SELECT 1')
      release(false)
    } catch (error) {
      release(true)
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async #askAside(signal: AbortSignal): Promise<void> {
    const client = new this.#pool.Client(this.#pool.options) as WatchedClient
    const giveUp = (): void => client.cut()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await new Promise<void>((resolve, reject) => {
        client.connect((error) => (error ? reject(error) : resolve()))
      })
      await client.query('SELECT 1')
    } finally {
      signal.removeEventListener('abort', giveUp)
      client.end(() => {})
    }
  }
}

const NOTHING: Release = () => {}
