import type { Log } from 'seaworthy'
import type { IoredisInternals } from './ioredis-client.ts'

interface DuplicatesPlan {
  readonly dependency: string
  readonly log: Log
}

/**
 * The connections that are made of a client by `duplicate()`: for subscriptions, and for commands that block. What they do
 * is up to their owner; but their errors have a listener, and they end with the client.
 */
export class Duplicates {
  readonly #alive = new Set<IoredisInternals>()
  #isEnded = false

  constructor(redis: IoredisInternals, plan: DuplicatesPlan) {
    const { duplicate } = redis
    if (typeof duplicate !== 'function') return
    redis.duplicate = (...args: unknown[]) => {
      const copy: IoredisInternals = duplicate.apply(redis, args)
      this.#keep(copy, plan)
      return copy
    }
  }

  end(): void {
    this.#isEnded = true
    for (const copy of this.#alive) copy.disconnect()
    this.#alive.clear()
  }

  #keep(copy: IoredisInternals, { dependency, log }: DuplicatesPlan): void {
    // One line for each time that it is away.
    let isTold = false
    copy.on('error', (error) => {
      if (isTold || this.#isEnded) return
      isTold = true
      log.warn(
        { err: error, dependency },
        `${dependency}: a duplicate of the client lost its connection to Redis: ${error.message}`,
      )
    })
    copy.on('ready', () => void (isTold = false))
    copy.on('end', () => void this.#alive.delete(copy))
    this.#alive.add(copy)
    if (this.#isEnded) copy.disconnect()
  }
}
