import { type Clock, SeaworthyError } from 'seaworthy'
import { leftMs, type StopContext } from './stop-limit.ts'

/**
 * The moment at which a stop waits no longer for those who use a database: a little before its time is over, so that the
 * stop ends by itself and says what has happened.
 */
export class LastMoment {
  /** Resolves when it has come; never where the stop ends before. */
  readonly whenCome: Promise<void>
  readonly #system: string
  readonly #cut: () => number
  readonly #signal: AbortSignal
  readonly #cancelTimer: () => void
  readonly #tellCome: () => void
  #used = 0
  #isOver = false

  /** @param cut cuts all connections, and tells how many were in use */
  constructor(system: string, clock: Clock, { signal, limitMs }: StopContext, cut: () => number) {
    this.#system = system
    this.#cut = cut
    this.#signal = signal
    const { promise, resolve } = Promise.withResolvers<void>()
    this.whenCome = promise
    this.#tellCome = resolve
    signal.addEventListener('abort', this.#come, { once: true })
    this.#cancelTimer =
      limitMs === undefined ? () => {} : clock.schedule(leftMs(limitMs), this.#come, { keepAlive: false })
    if (signal.aborted) this.#come()
  }

  /** The stop has ended. */
  cancel(): void {
    this.#cancelTimer()
    this.#signal.removeEventListener('abort', this.#come)
  }

  /** @throws {@link SeaworthyError} `SEA_DATABASE_IN_USE` when connections in use were cut */
  requireUnused(): void {
    if (this.#used === 0) return
    const what = this.#used === 1 ? '1 connection was' : `${this.#used} connections were`
    throw new SeaworthyError('SEA_DATABASE_IN_USE', `${this.#system}: ${what} still in use at the stop, and cut`, {
      hint: 'Give connections back when a request or a job is over, or give the stop more time.',
    })
  }

  readonly #come = (): void => {
    if (this.#isOver) return
    this.#isOver = true
    this.#used = this.#cut()
    this.#tellCome()
  }
}
