import type { Clock } from '../../core/clock.ts'
import { settleWithin, sleep } from '../../core/wait.ts'
import { textOf } from './reload-reason.ts'

/**
 * Something that shows whether the service is well, such as its health or the rate of its errors. Well is `true` or no
 * value; `false`, a text (the reason), a throw or no answer in time is not.
 */
export interface ReloadCheck {
  /** For messages. */
  readonly name: string
  /** Called before each change, ahead of the `check` that sees how things are: for what compares with what was before. */
  takeStock?(): void
  check(signal: AbortSignal): boolean | string | undefined | Promise<boolean | string | undefined>
}

export interface PostCheckTimes {
  /** How long a new configuration is watched. */
  readonly windowMs: number
  readonly intervalMs: number
  /** For one answer. */
  readonly limitMs: number
}

/**
 * Watches a service for a while after a change. What was not well before the change is not held against it, until it has
 * been well once: the change may be the very one that is to mend it.
 */
export class PostCheck {
  readonly #checks: readonly ReloadCheck[]
  readonly #times: PostCheckTimes
  readonly #clock: Clock
  readonly #excused = new Set<string>()

  constructor(checks: readonly ReloadCheck[], times: PostCheckTimes, clock: Clock) {
    this.#checks = checks
    this.#times = times
    this.#clock = clock
  }

  /** How things are before the change. @returns the names of the checks that fail already */
  async takeStock(signal: AbortSignal): Promise<readonly string[]> {
    for (const check of this.#checks) {
      attemptTo(() => check.takeStock?.())
      if ((await this.#ask(check, signal)) !== undefined) this.#excused.add(check.name)
    }
    return [...this.#excused]
  }

  /** @returns why the change should be taken back; `undefined` when all was well to the end, or `signal` ended it */
  async watch(signal: AbortSignal): Promise<string | undefined> {
    const endsAt = this.#clock.now() + this.#times.windowMs
    while (this.#checks.length > 0 && !signal.aborted) {
      const leftMs = endsAt - this.#clock.now()
      if (leftMs <= 0) return undefined
      await sleep(this.#clock, Math.min(this.#times.intervalMs, leftMs), { keepAlive: false, signal })
      for (const check of this.#checks) {
        const reason = await this.#ask(check, signal)
        if (signal.aborted) return undefined
        if (reason === undefined) this.#excused.delete(check.name)
        else if (!this.#excused.has(check.name)) return `check "${check.name}" failed after the change: ${reason}`
      }
    }
    return undefined
  }

  async #ask(check: ReloadCheck, signal: AbortSignal): Promise<string | undefined> {
    const settled = await settleWithin(this.#clock, this.#times.limitMs, (own) => check.check(own), signal)
    switch (settled.outcome) {
      case 'done':
        if (settled.value === true || settled.value === undefined) return undefined
        return typeof settled.value === 'string' ? settled.value : 'it is not well'
      case 'failed':
        return textOf(settled.error)
      case 'timed-out':
        return `no answer within ${this.#times.limitMs} ms`
      case 'given-up':
        return undefined
    }
  }
}

/** What throws here has nothing to compare with, and says so when it is asked. */
function attemptTo(work: () => void): void {
  try {
    work()
  } catch {
    // Its check tells.
  }
}
