import type { Context, ContextManagementToken } from '@opentelemetry/api'
import type { AsyncLocalStorage } from 'node:async_hooks'

/**
 * A context that was entered, and the way back. Node's own `AsyncLocalStorage.withScope()` does the same, but only the
 * later ones have it (24.21 and 26 do, 22 does not), and the API promises no more than this.
 *
 * @see https://nodejs.org/api/async_context.html#asynclocalstoragewithscopestore
 */
export class EnteredScope implements ContextManagementToken, Disposable {
  readonly #storage: AsyncLocalStorage<Context | undefined>
  readonly #before: Context | undefined
  #isLeft = false

  constructor(storage: AsyncLocalStorage<Context>, context: Context) {
    this.#storage = storage
    this.#before = storage.getStore()
    storage.enterWith(context)
  }

  dispose(): void {
    if (this.#isLeft) return
    this.#isLeft = true
    this.#storage.enterWith(this.#before)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
