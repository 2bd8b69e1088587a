import { AsyncLocalStorage } from 'node:async_hooks'

type Callable = (this: unknown, ...args: unknown[]) => unknown

/**
 * Lets a piece of work see one configuration from its beginning to its end, whatever is committed meanwhile: all that is
 * awaited and called inside reads what was in force when it began.
 */
export class PinnedSnapshot<S> {
  readonly #storage = new AsyncLocalStorage<S>()

  /** Runs work that sees `snapshot`. Inside pinned work it begins new work: what was pinned outside is not seen. */
  run<R>(snapshot: S, work: () => R): R {
    return this.#storage.run(snapshot, work)
  }

  /**
   * {@link PinnedSnapshot.run} for a method and its arguments, at less cost: for a call that Node makes for each request.
   */
  apply<R>(snapshot: S, method: (...args: never[]) => R, self: unknown, args: readonly unknown[]): R {
    const storage = this.#storage
    const before = storage.getStore()
    storage.enterWith(snapshot)
    try {
      return Reflect.apply(method as Callable, self, args) as R
    } finally {
      storage.enterWith(before as S)
    }
  }

  /** Runs what belongs to no piece of work, although one may have asked for it: it sees no pinned snapshot. */
  outside<R>(work: () => R): R {
    return this.#storage.run(undefined as S, work)
  }

  /** What the work that is running sees; `undefined` outside of pinned work. */
  get pinned(): S | undefined {
    return this.#storage.getStore()
  }
}
