/** What is needed of a pool of `mysql2` or of `mysql2/promise`. */
export interface MysqlPool {
  getConnection(...given: never[]): unknown
  query(...given: never[]): unknown
  end(...given: never[]): unknown
}

/** A connection of a pool, as far as it is looked into. */
export interface MysqlConnection {
  readonly stream?: MysqlStream
  /** `disconnected` for one that was closed by this side. */
  readonly state?: string
  on(event: string, listener: (error: Error) => void): unknown
  query(...given: unknown[]): unknown
  execute(...given: unknown[]): unknown
  release(): void
  destroy(): void
}

interface MysqlStream {
  on(event: 'close' | 'data', listener: () => void): unknown
  destroy(error?: Error): unknown
}

/** What a call with a time limit returns, with callbacks. */
export interface MysqlCommand {
  readonly timeout?: number
  onResult?: (error: unknown, ...given: unknown[]) => void
}

/** What a pool calls back with. */
export type MysqlCallback = (error: unknown, connection: MysqlConnection) => void

/** The pool with callbacks, which is in the one with promises, too. */
export interface MysqlCorePool {
  readonly config: { connectionLimit: number; readonly connectionConfig?: KeepAliveSettings }
  /** Not documented: those that are being made are nowhere else. */
  readonly _allConnections?: { toArray(): readonly MysqlConnection[] }
  getConnection(callback: MysqlCallback): void
  query(sql: string, callback: (error: unknown) => void): unknown
  end(callback: (error: unknown) => void): void
  on(event: string, listener: (connection: MysqlConnection) => void): unknown
}

interface KeepAliveSettings {
  readonly enableKeepAlive?: boolean
  keepAliveInitialDelay?: number
}

/** The pool itself, or the one within that with promises; `undefined` for what is neither. */
export function coreOf(pool: MysqlPool): MysqlCorePool | undefined {
  const { pool: within } = pool as { readonly pool?: unknown }
  const core = (within ?? pool) as Partial<MysqlCorePool>
  const isPool = typeof core.on === 'function' && typeof core.config?.connectionLimit === 'number'
  return isPool ? (core as MysqlCorePool) : undefined
}

/** The limit of a query; the connection is of no use until the server has answered after all. */
export function isQueryTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null | undefined)?.code === 'PROTOCOL_SEQUENCE_TIMEOUT'
}

/** Of a connection that could not be made there is a code; that a pool is full or closed has none. */
export function isDialFailure(error: unknown): boolean {
  return typeof (error as { readonly code?: unknown } | null | undefined)?.code === 'string'
}
