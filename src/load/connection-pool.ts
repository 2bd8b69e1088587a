import { RawConnection } from './raw-client.ts'
import type { RawConnectionOptions } from './raw-connection-options.ts'

export interface PoolOptions extends RawConnectionOptions {
  readonly maxConnections: number
  /** Which idle connection is taken next: the one that waits longest, so that all are used, or the one used last. */
  readonly reuse: 'longest-idle' | 'latest'
}

/** Keep-alive connections to one server. Holds at most `maxConnections`; one that is busy carries one request. */
export class ConnectionPool {
  readonly #options: PoolOptions
  readonly #idle: RawConnection[] = []
  #openCount = 0
  #openedCount = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get openedCount(): number {
    return this.#openedCount
  }

  /** A connection to send one request on, or `undefined` while all are busy. */
  take(): RawConnection | undefined {
    const idle = this.#options.reuse === 'latest' ? this.#idle.pop() : this.#idle.shift()
    if (idle !== undefined) return idle
    if (this.#openCount >= this.#options.maxConnections) return undefined
    const connection = new RawConnection(this.#options)
    this.#openCount++
    this.#openedCount++
    connection.onClosed = () => {
      this.#openCount--
      const index = this.#idle.indexOf(connection)
      if (index !== -1) this.#idle.splice(index, 1)
    }
    return connection
  }

  giveBack(connection: RawConnection): void {
    if (connection.isUsable) this.#idle.push(connection)
  }

  /** Closes the connections that are idle. */
  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }
}
