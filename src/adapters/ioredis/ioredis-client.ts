/** What is needed of a client of ioredis: a `Redis`, also one that asks sentinels, or a `Cluster`. */
export interface IoredisClient {
  readonly status: string
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'ready' | 'close' | 'end', listener: () => void): unknown
  connect(): Promise<unknown>
  ping(): Promise<unknown>
  quit(): Promise<unknown>
  disconnect(reconnect?: boolean): void
}

/** A command on its way, as ioredis hands it on. */
export interface IoredisCommand {
  readonly name: string
  readonly promise: Promise<unknown>
  reject(error: unknown): void
}

/** Where commands wait. */
export interface IoredisQueue {
  readonly length: number
  peekFront(): { readonly command: IoredisCommand } | undefined
  shift(): { readonly command: IoredisCommand } | undefined
}

/** What is used besides where it is there, which it is in versions 5 and 6. */
export interface IoredisInternals extends IoredisClient {
  readonly isCluster?: boolean
  readonly options?: IoredisSettings
  /** Sent, not answered. */
  readonly commandQueue?: IoredisQueue
  /** They wait for a connection. */
  readonly offlineQueue?: IoredisQueue
  /** Were sent on a connection that broke; they are sent again on the next. */
  readonly prevCommandQueue?: IoredisQueue | null
  readonly stream?: { destroy(): unknown } | null
  sendCommand: (command: IoredisCommand, stream?: object, node?: object) => unknown
  flushQueue?(error: unknown, options: { readonly offlineQueue?: boolean; readonly commandQueue?: boolean }): void
  duplicate?: (...args: unknown[]) => IoredisInternals
  /** Of a `Cluster`. */
  nodes?(role?: string): IoredisInternals[]
  off(event: string, listener: (...args: never[]) => void): unknown
}

/** Settings that are read each time they are needed. */
export interface IoredisSettings {
  readonly sentinels?: readonly unknown[] | null
  retryStrategy?: ((times: number) => unknown) | null
  clusterRetryStrategy?: ((times: number, reason?: unknown) => unknown) | null
  reconnectOnError?: ((error: Error) => unknown) | null
}
