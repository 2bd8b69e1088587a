import type { Clock } from '../core/clock.ts'
import type { FinishOptions } from './server-drain.ts'

/** The one moment at which the end of a server is over: nothing is left, the limit is reached, or the wait was ended. */
export class DrainEnd {
  readonly reached: Promise<void>
  #failure: { readonly error: unknown } | undefined
  readonly #isDone: () => boolean
  #end = (): void => {}

  /** @param isDone whether nothing is left; asked at each {@link look} */
  constructor(clock: Clock, { limitMs, signal }: FinishOptions, isDone: () => boolean) {
    this.#isDone = isDone
    this.reached = new Promise((resolve) => {
      const cancel = clock.schedule(limitMs, () => this.#end())
      this.#end = () => {
        cancel()
        signal?.removeEventListener('abort', this.#end)
        resolve()
      }
      signal?.addEventListener('abort', this.#end, { once: true })
      if (signal?.aborted === true) this.#end()
    })
  }

  /**
   * Waits for the close of the listener. A server whose own `close()` throws still has clients, so everything goes on,
   * and {@link throwFailure} tells when it is over.
   *
   * @returns what `closing` resolves with, or 0
   */
  async afterClose(closing: Promise<number>): Promise<number> {
    try {
      return await closing
    } catch (error) {
      this.#failure = { error }
      return 0
    }
  }

  /** @throws what the close of the listener has thrown, if it did */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Something has ended: perhaps it was the last. */
  look(): void {
    if (this.#isDone()) this.#end()
  }
}

const MAX_CLOSING_TURNS = 20

/** What was destroyed is gone after a few turns of the event loop; until then its port and descriptor are held. */
export async function untilGone(isGone: () => boolean): Promise<void> {
  for (let turn = 0; turn < MAX_CLOSING_TURNS && !isGone(); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}
