import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { Eventual } from './start-up-options.ts'
import { ResourceAbsentError } from './resource-absent.ts'
import type { StartAttempts } from './start-attempts.ts'
import type { StartUpNews } from './start-up-news.ts'

export interface EventualStartOptions<T> {
  readonly clock: Clock
  /** The component. */
  readonly name: string
  readonly attempts: StartAttempts<T>
  readonly news: StartUpNews
  /** Told of the value, unless the service ends by then. */
  readonly onCame: (value: T) => void
}

/** Starts what the service does not wait for: for a moment as a part of the start, and then in the background until it comes. */
export class EventualStart<T> {
  /** What others get. */
  readonly eventual: Eventual<T>
  readonly #options: EventualStartOptions<T>
  readonly #ready = Promise.withResolvers<T>()
  readonly #giveUp = new AbortController()
  #isUp = false
  #value: T | undefined
  /** What others may use: not what came when nobody waited for it any more. */
  #shown: { readonly value: T } | undefined
  #coming: Promise<void> = Promise.resolve()

  constructor(options: EventualStartOptions<T>) {
    this.#options = options
    // Who does not wait for it has nothing to handle.
    this.#ready.promise.catch(() => {})
    const shown = (): { readonly value: T } | undefined => this.#shown
    this.eventual = Object.freeze({
      get value() {
        return shown()?.value
      },
      ready: this.#ready.promise,
      require: () => {
        if (this.#shown !== undefined) return this.#shown.value
        throw new ResourceAbsentError(options.name, this.#giveUp.signal.aborted)
      },
    })
  }

  /** Whether there is something to stop, which is `value`; also where it came when nobody waited for it any more. */
  get isUp(): boolean {
    return this.#isUp
  }

  get value(): T | undefined {
    return this.#value
  }

  /**
   * Resolves when it has come, or has not within `limitMs`; then it is tried on. `signal` gives it up.
   *
   * @throws what the start failed with, where that can't pass
   */
  async begin(signal: AbortSignal, limitMs: number): Promise<void> {
    const { attempts, clock, news } = this.#options
    const giveUp = (): void => this.close()
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    const over = new AbortController()
    this.#coming = this.#run()
    try {
      const isHere = this.#coming.then(() => true)
      const isLate = sleep(clock, limitMs, { signal: over.signal }).then(() => false)
      if (await Promise.race([isHere, isLate])) return
      if (signal.aborted) return await this.#coming
      attempts.bePatient()
      news.goesOnWithout()
    } catch (error) {
      this.close()
      throw error
    } finally {
      over.abort()
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** No further attempt; the one that is under way is told to end. What has come stays. */
  close(): void {
    this.#giveUp.abort(new DOMException(`"${this.#options.name}" is waited for no more`, 'AbortError'))
  }

  /** Resolves when nothing is under way any more. */
  async whenEnded(): Promise<void> {
    await this.#coming.catch(() => {})
  }

  async #run(): Promise<void> {
    const { attempts, name, onCame } = this.#options
    const { signal } = this.#giveUp
    try {
      const value = await attempts.run({ signal, keepAlive: false })
      this.#isUp = true
      this.#value = value
      if (signal.aborted) return this.#ready.reject(new ResourceAbsentError(name, true))
      this.#shown = { value }
      onCame(value)
      this.#ready.resolve(value)
    } catch (error) {
      this.#ready.reject(signal.aborted ? new ResourceAbsentError(name, true) : error)
      throw error
    }
  }
}
