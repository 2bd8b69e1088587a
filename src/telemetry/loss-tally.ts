import type { Cancel, Clock } from '../core/clock.ts'

/** Losses come in bursts: the first line waits until the burst can be told as one figure. */
const FIRST_AFTER_MS = 1000
const INTERVAL_MS = 60_000

/**
 * Adds up losses of one kind and tells them as one figure: a second after the first, then once a minute at most. The
 * figures of all lines together are all that was lost, none is held back for good.
 */
export class LossTally {
  readonly #clock: Clock
  readonly #say: (count: number, detail: string) => void
  #count = 0
  #detail = ''
  #saidAt = Number.NEGATIVE_INFINITY
  /** What was told since nothing is planned any more. */
  #saidAtOnce: number | undefined = undefined
  #cancel: Cancel | undefined

  constructor(clock: Clock, say: (count: number, detail: string) => void) {
    this.#clock = clock
    this.#say = say
  }

  /** @param detail of the latest loss, which stands for the others */
  add(count: number, detail = ''): void {
    this.#count += count
    this.#detail = detail
    if (this.#saidAtOnce !== undefined) {
      if (this.#count < this.#saidAtOnce) return
      this.#saidAtOnce += this.#count
      return this.say()
    }
    if (this.#cancel !== undefined) return
    const delayMs = Math.max(FIRST_AFTER_MS, this.#saidAt + INTERVAL_MS - this.#clock.now())
    this.#cancel = this.#clock.schedule(delayMs, () => this.say(), { keepAlive: false })
  }

  /**
   * The process ends, and no timer will ring: tells what has not been told, and from now on at once, in lines each of
   * which says as much as those before it. Thousands that come then are a dozen lines, and more than half of them is told.
   */
  sayAtOnce(): void {
    this.say()
    this.#saidAtOnce ??= 0
  }

  /** Tells at once what has not been told. */
  say(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#count === 0) return
    const count = this.#count
    this.#count = 0
    this.#saidAt = this.#clock.now()
    this.#say(count, this.#detail)
  }
}
