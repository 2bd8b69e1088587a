import type { Context } from '@opentelemetry/api'
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/**
 * Makes every listener of `emitter` run in `context`, by one own property on this one instance. Wrapping the listeners
 * instead, as the stock manager does, takes eight methods and makes other functions of them, which `listeners()` shows
 * and `removeListener()` has to find again; and it misses the listeners that were there before.
 */
export function bindEmitter(storage: AsyncLocalStorage<Context>, context: Context, emitter: EventEmitter): void {
  // Looked up here, so that an `emit` that a framework or a test has put there is still called.
  const emit = Reflect.get(emitter, 'emit') as Emit
  emitter.emit = function emitInContext(this: EventEmitter, ...args: Parameters<Emit>): boolean {
    return storage.run(context, Reflect.apply, emit, this, args) as boolean
  }
}
