import type { Clock } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { sleep } from '../../core/wait.ts'
import { classifyError } from '../errors/classify-error.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import { fullJitterMs } from '../full-jitter.ts'
import type { StartUpNews } from './start-up-news.ts'
import type { StartUpPlan } from './start-up-options.ts'

/** What is started, and how. */
export interface StartAttemptsOptions<T> {
  readonly clock: Clock
  readonly plan: StartUpPlan
  readonly news: StartUpNews
  /** One attempt. Its signal is aborted at the limit of an attempt, and when the start is given up. */
  readonly open: (signal: AbortSignal) => T | Promise<T>
  /** The text of anything that was thrown. */
  readonly messageOf: (error: unknown) => string
  /** When the first attempt began, on the clock. */
  readonly beganAt: number
}

/** How one call of {@link StartAttempts.run} goes. */
export interface StartRun {
  /** Gives it up: the attempt that is under way is told, and no other begins. */
  readonly signal: AbortSignal
  /** How long it may go on; an attempt that could only begin after that is not waited for. @default for ever */
  readonly limitMs?: number
  /** What the first attempt failed with, where that was already made. @default it is made here */
  readonly after?: { readonly error: unknown }
  /** Whether the waits keep the process alive. @default true */
  readonly keepAlive?: boolean
}

/**
 * Starts what may not be there yet: again and again, as long as it fails in a way that can pass, with pauses that grow.
 * One attempt at a time, whatever it does: one that ignores its signal is waited for, so that nothing is started twice.
 */
export class StartAttempts<T> {
  readonly #options: StartAttemptsOptions<T>
  #count = 0
  #lastMessage: string | undefined
  #isPatient = false

  constructor(options: StartAttemptsOptions<T>) {
    this.#options = options
  }

  /** What the attempts have come to, for a message; `undefined` when none has failed. */
  describe(): string | undefined {
    if (this.#lastMessage === undefined) return undefined
    return `${this.#count === 1 ? 'one attempt' : `${this.#count} attempts`}, the last failure: ${this.#lastMessage}`
  }

  /** From now on nothing that an attempt fails with ends the run: the service has begun its work without it. */
  bePatient(): void {
    this.#isPatient = true
  }

  /** @throws what the last attempt failed with, where it can't pass or nobody waits any more */
  async run({ signal, limitMs = Number.POSITIVE_INFINITY, after, keepAlive = true }: StartRun): Promise<T> {
    const { clock, news } = this.#options
    const deadline = clock.now() + limitMs
    if (after !== undefined) this.#count = 1
    let failed = after
    try {
      for (;;) {
        const end = failed === undefined ? await this.#attempt(signal) : { isUp: false as const, error: failed.error }
        if (end.isUp) {
          news.came(this.#count, this.#sinceMs)
          return end.value
        }
        failed = undefined
        if (signal.aborted) throw end.error
        const pauseMs = this.#judge(end.error)
        if (clock.now() + pauseMs >= deadline) throw this.#tooLate(end.error)
        await sleep(clock, pauseMs, { signal, keepAlive })
        if (signal.aborted) throw end.error
      }
    } finally {
      news.end()
    }
  }

  async #attempt(signal: AbortSignal): Promise<{ isUp: true; value: T } | { isUp: false; error: unknown }> {
    const { clock, open, plan } = this.#options
    const { attemptLimitMs } = plan
    this.#count += 1
    const own = new AbortController()
    const giveUp = (): void => own.abort(signal.reason)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    const cancel =
      attemptLimitMs === undefined
        ? () => {}
        : clock.schedule(attemptLimitMs, () => own.abort(tooLong(attemptLimitMs)), { keepAlive: false })
    try {
      return { isUp: true, value: await open(own.signal) }
    } catch (error) {
      // Whatever it threw when its time was over, that was why.
      return { isUp: false, error: own.signal.aborted && !signal.aborted ? own.signal.reason : error }
    } finally {
      cancel()
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** @returns how long to wait before the next attempt @throws what can't pass */
  #judge(error: unknown): number {
    const { messageOf, news, plan } = this.#options
    const about = classifyError(error)
    const message = messageOf(error)
    const isHopeless = !canPass(about)
    if (isHopeless && !this.#isPatient) throw this.#lastMessage === undefined ? error : this.#hopeless(error, message)
    this.#lastMessage = message
    const { category, code, retryAfterMs = 0 } = about
    news.failed({ error, message, category, code, isHopeless, attempts: this.#count, waitedMs: this.#sinceMs })
    const pauseMs = isHopeless ? plan.backoff.maxMs : fullJitterMs(plan.backoff, this.#count)
    const leastMs = Math.min(SHORTEST_PAUSE_MS, plan.backoff.initialMs)
    return Math.max(leastMs, pauseMs, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS))
  }

  get #sinceMs(): number {
    return this.#options.clock.now() - this.#options.beganAt
  }

  #tooLate(cause: unknown): SeaworthyError {
    return new SeaworthyError(
      'SEA_START_TIMED_OUT',
      `it has not come within ${formatDuration(this.#sinceMs)} (${this.describe()})`,
      { cause, hint: 'See that it runs and can be reached from here, or raise startTimeout.' },
    )
  }

  /** What it failed with before may be the reason for it, as with a pool that was closed after the first attempt. */
  #hopeless(cause: unknown, message: string): SeaworthyError {
    return new SeaworthyError(
      'SEA_START_FAILED',
      `attempt ${this.#count} failed: ${message}; the one before: ${this.#lastMessage}`,
      { cause, hint: 'Mend what failed last, and see that start opens everything anew each time it is called.' },
    )
  }
}

/** Nothing comes up sooner, and a random number can be next to nothing many times in a row. */
const SHORTEST_PAUSE_MS = 50
/** A server that asks for more is asked again all the same: a start has no time for it. */
const LONGEST_RETRY_AFTER_MS = 30_000

/** A name that does not resolve is a mistake for a call, but at a start it may be that of what has not been started. */
function canPass({ category, retryable }: ErrorClass): boolean {
  return retryable || category === 'dns'
}

function tooLong(limitMs: number): DOMException {
  return new DOMException(`no end of the attempt within ${formatDuration(limitMs)}`, 'TimeoutError')
}
