/** What is needed of a client of `redis`, or of `@redis/client`: a client, a pool, a cluster or a sentinel. */
export interface RedisClient {
  readonly isOpen: boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  connect(): Promise<unknown>
  close(): Promise<unknown>
  destroy(): unknown
}

/** The options that a command is sent with. */
export interface RedisCommandOptions {
  /** Milliseconds until a command is taken back that has not been sent yet. */
  readonly timeout?: number | undefined
  /** Takes a command back that has not been sent yet. */
  readonly abortSignal?: AbortSignal | undefined
}

type Execute = (...args: unknown[]) => Promise<unknown>

/** What is used of a single client besides. Versions 5 and 6 have it. */
export interface RedisInternals extends RedisClient {
  readonly isReady: boolean
  readonly options?: { readonly socket?: { readonly reconnectStrategy?: unknown } }
  /** The client behind those that `withCommandOptions()` and its like make. */
  readonly _self?: RedisInternals
  readonly _commandOptions?: RedisCommandOptions
  on(event: 'error' | 'connect' | 'ready', listener: (error: Error) => void): unknown
  off(event: string, listener: (...args: never[]) => void): unknown
  ping(): Promise<unknown>
  sendCommand: (args: readonly unknown[], options?: RedisCommandOptions) => Promise<unknown>
  _executeMulti?: Execute
  _executePipeline?: Execute
  duplicate?: (...args: unknown[]) => RedisInternals
}

/** A single client has one connection; a pool, a cluster or a sentinel has several, which it looks after itself. */
export function isSingle(client: RedisClient): client is RedisInternals {
  return 'isPubSubActive' in client && 'sendCommand' in client
}
