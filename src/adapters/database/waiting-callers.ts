import { AsyncResource } from 'node:async_hooks'

/** What a pool calls back with: an error, or a connection and what comes with it. */
export type ConnectionCallback<C, R> = (error: unknown, connection: C, more: R) => void

/** It ends with the call: nobody is to be told when it is collected. */
const OPTIONS = { requireManualDestroy: true }

/**
 * Somebody who waits for a connection, and goes on in a context of their own, not in that of the request that has given a
 * connection back. `AsyncLocalStorage.bind()` does the same at fifty times the cost.
 */
export class WaitingCaller<C, R> extends AsyncResource {
  readonly #callback: ConnectionCallback<C, R>

  constructor(callback: ConnectionCallback<C, R>) {
    super('SeaworthyDatabaseCall', OPTIONS)
    this.#callback = callback
  }

  call(error: unknown, connection: C, more: R): void {
    this.runInAsyncScope(this.#callback, undefined, error, connection, more)
  }
}

/**
 * Those who wait for a connection of a pool. They can be refused while they wait, which a pool can't do; what it gives them
 * after that goes back.
 */
export class WaitingCallers<C, R = undefined> {
  readonly #waiting = new Set<WaitingCaller<C, R>>()

  get count(): number {
    return this.#waiting.size
  }

  add(callback: ConnectionCallback<C, R>): WaitingCaller<C, R> {
    const caller = new WaitingCaller(callback)
    this.#waiting.add(caller)
    return caller
  }

  /** @returns whether it still waits */
  remove(caller: WaitingCaller<C, R>): boolean {
    return this.#waiting.delete(caller)
  }

  refuseAll(error: unknown, connection: C, more: R): void {
    for (const caller of this.#waiting) {
      this.#waiting.delete(caller)
      process.nextTick(() => caller.call(error, connection, more))
    }
  }
}
