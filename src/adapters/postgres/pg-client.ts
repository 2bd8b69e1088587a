/** What is needed of pg's `Pool`. */
export interface PostgresPool {
  readonly waitingCount: number
  readonly totalCount: number
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'connect', listener: (client: PostgresErrors) => void): unknown
  query(sql: string): Promise<unknown>
  end(): Promise<unknown>
}

/** What is needed of pg's clients by a pool. */
export interface PostgresErrors {
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** A notification, as pg tells it. */
export interface PostgresNotification {
  readonly channel: string
  readonly payload?: string | undefined
}

/** What is needed of pg's `Client`. */
export interface PostgresClient {
  /** Only of the client that is written in JavaScript. */
  readonly connection?: { readonly stream?: { destroy(): unknown } }
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'notification', listener: (notification: PostgresNotification) => void): unknown
  connect(): Promise<unknown>
  query(sql: string): Promise<unknown>
  end(): Promise<unknown>
}

/** A client of a pool, as far as it is looked into. */
export interface PooledClient {
  /** Only of the client that is written in JavaScript. */
  readonly connection?: { readonly stream?: { destroy(): unknown } }
  readonly connectionParameters?: { readonly query_timeout?: unknown }
  readonly database?: string | undefined
  readonly host?: string
  readonly port?: number
  on(event: string, listener: (...args: never[]) => void): unknown
  connect(callback: DialCallback): void
  query(config: unknown, values?: unknown, callback?: unknown): unknown
  end(callback?: () => void): unknown
}

/** What a client calls back with once it is connected, or is not. */
export type DialCallback = (error?: unknown, client?: unknown) => void

/** The class of the clients that a pool makes. */
export type PooledClientClass = new (config: object) => PooledClient

/** Gives a client back to its pool; with an error, it is not used again. */
export type Release = (error?: unknown) => void

/** What a pool calls back with. */
export type ConnectCallback = (error: unknown, client: unknown, release: Release) => void

/** A pool whose connections can be watched: that of `pg`, and those built on it. */
export interface WatchablePool extends PostgresPool {
  Client: PooledClientClass
  readonly options: PoolSettings
  readonly idleCount: number
  readonly ending?: boolean
  connect(callback: ConnectCallback): void
  on(event: string, listener: (...args: never[]) => void): this
}

/** The options of a pool, as far as they matter here. */
export interface PoolSettings {
  readonly max?: number
  keepAlive?: boolean
  keepAliveInitialDelayMillis?: number
}

/** Whether something can be put around the calls of a pool, as around those of pg and those built on them. */
export function isWatchable(pool: PostgresPool): pool is WatchablePool {
  const { Client, connect, options } = pool as Partial<WatchablePool>
  return typeof Client === 'function' && typeof connect === 'function' && typeof options === 'object'
}
