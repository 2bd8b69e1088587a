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
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'notification', listener: (notification: PostgresNotification) => void): unknown
  connect(): Promise<unknown>
  query(sql: string): Promise<unknown>
  end(): Promise<unknown>
}
