import { AsyncResource } from 'node:async_hooks'
import { type DatabaseOperation, DatabaseSpans, SeaworthyError } from 'seaworthy'
import type { DatabaseGuard } from '../database/database-guard.ts'
import type { DialCallback, PooledClient, PooledClientClass } from './pg-client.ts'
import { isAnswer, sqlStateOf } from './pg-errors.ts'

/**
 * How long a connection may take to be made where the pool gives no limit, in milliseconds. Without one, a server that is
 * frozen is waited for as long as it takes. As mysql2 has it.
 */
const DIAL_LIMIT_MS = 10_000

/** What the clients of one pool have in common. */
export interface ClientWatch {
  readonly guard: DatabaseGuard
  /** Those that are connected, or about to be. */
  readonly clients: Set<WatchedClient>
  spans: DatabaseSpans | undefined
}

/** A client of a pool that is watched. */
export interface WatchedClient extends PooledClient {
  /** Whether somebody has it checked out. */
  isOut: boolean
  /** Ends it at once, whatever it does: nobody is told of it, and its query fails. */
  cut(): void
}

interface ConnectLimit {
  readonly connectionTimeoutMillis?: unknown
}

type QueryCallback = (error: unknown, result?: unknown) => void

/**
 * The class of clients of a pool with what is seen of them told: that the server has answered, that a connection can't be
 * made or has broken. Its queries are traced and measured, unless an instrumentation of pg does it.
 */
export function guardClients(Base: PooledClientClass, watch: ClientWatch): PooledClientClass {
  const { guard, clients } = watch

  class GuardedClient extends Base implements WatchedClient {
    isOut = true
    /** What has happened before is known, and what happens after is meant. */
    #isOver = false
    #isConnected = false
    #mark = 0
    readonly #connectLimitMs: number

    constructor(config: object) {
      super(config)
      this.#connectLimitMs = Number((config as ConnectLimit).connectionTimeoutMillis ?? 0)
      // A client that is checked out has no listener of the pool: whoever uses it gets the error from its query.
      this.on('error', (error: Error) => this.#lose(error))
      this.on('end', () => clients.delete(this))
      this.on('drain', () => guard.answered())
    }

    override connect(callback?: DialCallback): void {
      if (typeof callback !== 'function')
        return new Promise<void>((resolve, reject) => {
          this.connect((error) => (error ? reject(error) : resolve()))
        }) as unknown as void
      const refusal = guard.refuseDial()
      if (refusal !== undefined) {
        this.#isOver = true
        // Not at once: the pool tries the next in its queue within, and that would be as deep as the queue is long.
        process.nextTick(callback, refusal)
        return
      }
      this.#dial(callback)
    }

    override query(config: unknown, values?: unknown, callback?: unknown): unknown {
      const given = config as { readonly submit?: unknown; readonly text?: unknown; readonly callback?: unknown } | null
      const text = typeof config === 'string' ? config : given?.text
      // A cursor or a stream says by itself when it ends, and to whoever reads it.
      if (typeof text !== 'string' || typeof given?.submit === 'function' || typeof given?.callback === 'function')
        return super.query(config, values, callback)
      const call = new PgCall(watch, this, this.#operation(text), limitOf(config, this))
      if (typeof values === 'function') return super.query(config, call.followed(values as QueryCallback))
      if (typeof callback === 'function') return super.query(config, values, call.followed(callback as QueryCallback))
      return call.follow(super.query(config, values) as Promise<unknown>)
    }

    cut(): void {
      this.#isOver = true
      clients.delete(this)
      if (this.connection?.stream === undefined) this.end(() => {})
      else this.connection.stream.destroy()
    }

    get isLost(): boolean {
      return this.#isOver
    }

    #dial(callback: DialCallback): void {
      clients.add(this)
      let isLate = false
      const { clock } = guard
      const startedAtMs = clock.now()
      const cancel = clock.schedule(DIAL_LIMIT_MS, () => {
        isLate = true
        this.cut()
      })
      super.connect((error, ...rest) => {
        cancel()
        if (!error) {
          this.#isConnected = true
          this.#mark = guard.mark
          callback(error, ...rest)
          return
        }
        clients.delete(this)
        const cause = isLate ? tookTooLong(error) : error
        // The limit of the pool has no code of its own. Whoever has cut it knows why.
        const isSilent = isLate || (this.#connectLimitMs > 0 && clock.now() - startedAtMs >= this.#connectLimitMs - 1)
        if (isLate || !this.#isOver) guard.failed(cause, isSilent ? 'timeout' : 'connect')
        this.#isOver = true
        callback(cause, ...rest)
      })
    }

    #lose(error: Error): void {
      if (this.#isOver || !this.#isConnected) return
      this.#isOver = true
      guard.lost(error, this.#mark)
    }

    #operation(text: string): DatabaseOperation | undefined {
      // An instrumentation of pg does the same, and whoever has set it up has chosen it.
      if ((super.query as { readonly __wrapped?: unknown }).__wrapped === true) return undefined
      watch.spans ??= new DatabaseSpans(identityOf(this), { onlyWithinTraces: true, statusCode: sqlStateOf })
      return watch.spans.begin(text)
    }
  }

  // What asks a client for the name of its class finds the one it knows.
  return Object.defineProperty(GuardedClient, 'name', { value: Base.name })
}

/** It ends with the call: nobody is to be told when it is collected. */
const OPTIONS = { requireManualDestroy: true }

/** One query. */
class PgCall {
  readonly #watch: ClientWatch
  readonly #client: { readonly isLost: boolean }
  readonly #operation: DatabaseOperation | undefined
  readonly #limitMs: number
  readonly #answers: number
  readonly #startedAtMs: number

  constructor(
    watch: ClientWatch,
    client: { readonly isLost: boolean },
    operation: DatabaseOperation | undefined,
    limitMs: number,
  ) {
    this.#watch = watch
    this.#client = client
    this.#operation = operation
    this.#limitMs = limitMs
    this.#answers = watch.guard.answers
    this.#startedAtMs = limitMs > 0 ? watch.guard.clock.now() : 0
  }

  /** pg calls back where the answer has arrived, which is in the context of whoever had made the connection. */
  followed(callback: QueryCallback): QueryCallback {
    const caller = new AsyncResource('SeaworthyDatabaseCall', OPTIONS)
    return (error: unknown, result?: unknown) => {
      this.#end(error ?? undefined)
      caller.runInAsyncScope(callback, undefined, error, result)
    }
  }

  /** The promise is another one: who does not wait for it is told of an error by Node, as ever. */
  follow(result: Promise<unknown>): Promise<unknown> {
    return result.then(
      (value) => {
        this.#end(undefined)
        return value
      },
      (error: unknown) => {
        this.#end(error)
        throw error
      },
    )
  }

  #end(error: unknown): void {
    this.#operation?.end(error)
    if (error === undefined || isAnswer(error) || this.#client.isLost || this.#limitMs === 0) return
    // pg's own limit has no code of its own.
    const { guard } = this.#watch
    if (guard.clock.now() - this.#startedAtMs >= this.#limitMs - 1) guard.timedOut(error, this.#answers)
  }
}

/** `query_timeout` of a query or of its client, in milliseconds; 0 for none. */
function limitOf(config: unknown, client: PooledClient): number {
  const own = typeof config === 'object' ? (config as { readonly query_timeout?: unknown }).query_timeout : undefined
  const limitMs = Number(own ?? client.connectionParameters?.query_timeout ?? 0)
  return limitMs > 0 ? limitMs : 0
}

function identityOf({ database, host, port }: PooledClient) {
  return {
    system: 'postgresql',
    namespace: database ?? '',
    ...(host === undefined ? {} : { serverAddress: host }),
    ...(port === undefined ? {} : { serverPort: port }),
  }
}

function tookTooLong(cause: unknown): SeaworthyError {
  return new SeaworthyError('SEA_DATABASE_TIMED_OUT', `PostgreSQL: no connection within ${DIAL_LIMIT_MS} ms`, {
    hint: 'Check that the server runs and can be reached; "connectionTimeoutMillis" of the pool gives another limit.',
    cause,
  })
}
