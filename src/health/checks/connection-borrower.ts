interface Request<Connection> {
  taker: Taker<Connection> | undefined
}

interface Taker<Connection> {
  resolve(connection: Connection): void
  reject(error: unknown): void
}

/**
 * Borrows connections of one pool. A request that waits in the pool's queue can't be taken back, so who gives up leaves
 * it for the next who asks: a pool that gives nothing for an hour holds one request of ours, not one every two seconds.
 * What arrives when nobody waits any more goes back at once.
 */
export class ConnectionBorrower<Pool extends object, Connection> {
  readonly #connect: (pool: Pool) => PromiseLike<Connection>
  readonly #giveBack: (connection: Connection) => void
  /** Requests that nobody waits for. A pool that is no longer used takes its own along. */
  readonly #left = new WeakMap<Pool, Request<Connection>[]>()

  constructor(connect: (pool: Pool) => PromiseLike<Connection>, giveBack: (connection: Connection) => void) {
    this.#connect = connect
    this.#giveBack = giveBack
  }

  /** Rejects as soon as the signal is aborted. */
  borrow(pool: Pool, signal: AbortSignal): Promise<Connection> {
    const left = this.#left.get(pool) ?? []
    this.#left.set(pool, left)
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const request = left.pop() ?? this.#request(pool, left)
      const giveUp = (): void => {
        request.taker = undefined
        left.push(request)
        reject(signal.reason)
      }
      const done = (): void => signal.removeEventListener('abort', giveUp)
      signal.addEventListener('abort', giveUp, { once: true })
      request.taker = {
        resolve(connection) {
          done()
          resolve(connection)
        },
        reject(error) {
          done()
          reject(error)
        },
      }
    })
  }

  #request(pool: Pool, left: Request<Connection>[]): Request<Connection> {
    const request: Request<Connection> = { taker: undefined }
    const end = (): void => {
      const index = left.indexOf(request)
      if (index !== -1) left.splice(index, 1)
    }
    void (async () => {
      try {
        const connection = await this.#connect(pool)
        end()
        if (request.taker === undefined) this.#giveBack(connection)
        else request.taker.resolve(connection)
      } catch (error) {
        end()
        request.taker?.reject(error)
      }
    })()
    return request
  }
}
