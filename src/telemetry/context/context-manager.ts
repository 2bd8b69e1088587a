import type { Context, ContextManagementToken, ContextManager } from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Channel, channel as channelNamed } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { bindEmitter } from './bind-emitter.ts'
import { bindFunction } from './bind-function.ts'
import { EnteredScope } from './entered-scope.ts'
import { FAST_ROOT } from './fast-context.ts'

/**
 * Carries the active context through everything that is awaited, timed, queued or emitted, by `AsyncLocalStorage`.
 *
 * Outside of everything the context is {@link FAST_ROOT}, so that all that is derived from it is fast. Contexts of
 * other classes, such as those made of the API's `ROOT_CONTEXT`, are carried as well.
 *
 * @see https://nodejs.org/api/async_context.html
 */
export class FastContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()
  /** Emitters that are bound already: the first context stays, as with the stock manager. */
  readonly #bound = new WeakSet<EventEmitter>()

  active(): Context {
    return this.#storage.getStore() ?? FAST_ROOT
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (thisArg === undefined || thisArg === null) return this.#storage.run(context, fn, ...args)
    return this.#storage.run(context, Reflect.apply, fn, thisArg, args) as ReturnType<F>
  }

  /**
   * {@link FastContextManager.with} for arguments that are in a list already, at less cost: for a call that Node makes
   * for each request.
   */
  apply<R>(context: Context, fn: (...args: never[]) => R, thisArg: unknown, args: readonly unknown[]): R {
    const storage = this.#storage
    const before = storage.getStore()
    storage.enterWith(context)
    try {
      return Reflect.apply(fn as Callable, thisArg, args) as R
    } finally {
      storage.enterWith(before as Context)
    }
  }

  /**
   * Makes every call of a function, or every listener of an emitter (those that it has already, too), run in `context`.
   * A function becomes another one; an emitter stays itself, and its listeners stay the functions that they are. An
   * emitter that is bound again keeps its first context. Anything else is returned as it is.
   */
  bind<T>(context: Context, target: T): T {
    if (isEmitter(target)) {
      if (!this.#bound.has(target)) {
        this.#bound.add(target)
        bindEmitter(this.#storage, context, target)
      }
      return target
    }
    if (typeof target === 'function') return bindFunction(this.#storage, context, target as T & Callable)
    return target
  }

  /**
   * Has what is called while a channel is being published run in a context of its own.
   *
   * @param contextOf given the message; must not throw
   * @returns takes it back
   * @see https://nodejs.org/api/diagnostics_channel.html#channelbindstorestore-transform
   */
  bindChannel(name: string, contextOf: (message: unknown) => Context): () => void {
    const channel = channelNamed(name) as Channel<unknown, Context>
    channel.bindStore(this.#storage, contextOf)
    return () => void channel.unbindStore(this.#storage)
  }

  enable(): this {
    return this
  }

  disable(): this {
    this.#storage.disable()
    return this
  }

  /**
   * Makes `context` the active one from here on, for everything that this chain of calls goes on to do.
   *
   * @returns sets back what was active before, once; `using` may do it
   */
  attach(context: Context): ContextManagementToken & Disposable {
    return new EnteredScope(this.#storage, context)
  }

  /**
   * {@link FastContextManager.attach} without a way back, at less cost: for the beginning of what Node calls in a scope
   * of its own, such as a request that its parser has read.
   */
  enter(context: Context): void {
    this.#storage.enterWith(context)
  }
}

type Callable = (this: unknown, ...args: unknown[]) => unknown

function isEmitter(target: unknown): target is EventEmitter {
  try {
    return target instanceof EventEmitter
  } catch {
    // A proxy that throws.
    return false
  }
}
