import type { Context } from '@opentelemetry/api'
import type { AsyncLocalStorage } from 'node:async_hooks'

type Callable = (this: unknown, ...args: unknown[]) => unknown

/** A function that calls `target` in `context`, with the `this`, the arguments and the `length` that it has. */
export function bindFunction<F extends Callable>(storage: AsyncLocalStorage<Context>, context: Context, target: F): F {
  function inContext(this: unknown, ...args: unknown[]): unknown {
    return storage.run(context, Reflect.apply, target, this, args)
  }
  // Frameworks tell a handler of errors by its length.
  Object.defineProperty(inContext, 'length', { configurable: true, value: target.length })
  return inContext as F
}
