import { PolicyError } from './policy-error.ts'

interface Waiting {
  readonly admit: () => void
}

/**
 * Bounds how many calls run at a time and how many wait for that. Who waits is let in in the order of coming, and leaves
 * the queue at once when its signal is aborted.
 *
 * Cockatiel's is not used: a call that has waited in it can be overtaken by one that comes just then and be refused after
 * all, and one that was aborted keeps its place in the queue.
 */
export class Bulkhead {
  readonly #name: string
  readonly #concurrency: number
  readonly #queueLength: number
  readonly #queue = new Set<Waiting>()
  readonly #onChange: (running: number, waiting: number) => void
  #running = 0

  /** @param onChange told how many run and wait, each time that changes */
  constructor(
    name: string,
    concurrency: number,
    queueLength: number,
    onChange: (running: number, waiting: number) => void,
  ) {
    this.#name = name
    this.#concurrency = concurrency
    this.#queueLength = queueLength
    this.#onChange = onChange
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#queue.size
  }

  /** Why a call made now would be refused, for a health check; `undefined` where it would not. */
  describe(): string | undefined {
    return this.#isFull ? `the bulkhead is full: ${this.#load}` : undefined
  }

  /**
   * Resolves once the call may run; then {@link leave} must be called once. Rejects with the reason of the signal.
   *
   * @throws {@link PolicyError} `SEA_POLICY_BULKHEAD_FULL`
   */
  enter(signal: AbortSignal): Promise<void> | undefined {
    if (this.#running < this.#concurrency) {
      this.#running += 1
      this.#tell()
      return undefined
    }
    if (this.#isFull) {
      throw new PolicyError('SEA_POLICY_BULKHEAD_FULL', `Policy "${this.#name}": ${this.#load}`, {
        statusCode: 503,
        hint: 'Try later, or allow more calls at a time by "bulkhead".',
      })
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        admit: () => {
          signal.removeEventListener('abort', giveUp)
          resolve()
        },
      }
      const giveUp = (): void => {
        this.#queue.delete(waiting)
        this.#tell()
        reject(signal.reason as Error)
      }
      this.#queue.add(waiting)
      this.#tell()
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Frees a place: it goes to who has waited longest, never by way of being free for anybody. */
  leave(): void {
    for (const waiting of this.#queue) {
      this.#queue.delete(waiting)
      this.#tell()
      waiting.admit()
      return
    }
    this.#running -= 1
    this.#tell()
  }

  get #isFull(): boolean {
    return this.#running >= this.#concurrency && this.#queue.size >= this.#queueLength
  }

  get #load(): string {
    return `${this.#concurrency} calls are running and ${this.#queueLength} are waiting`
  }

  #tell(): void {
    this.#onChange(this.#running, this.#queue.size)
  }
}
