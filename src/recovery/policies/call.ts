import type { Cancel } from '../../core/clock.ts'
import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import { type Deadline, earliestDeadline } from './deadline.ts'
import { isOutOfTime, PolicyError } from './policy-error.ts'
import type { PolicyEvents } from './policy-events.ts'
import type { CallOutcome } from './policy-metrics.ts'
import type { ResolvedPolicy } from './policy-options.ts'

/** One call under a policy, from its begin to the moment its caller has an answer. */
export class Call {
  readonly deadline: Deadline
  /** What the last failed attempt threw, for who is told that the time was over. */
  lastError: unknown = undefined
  /** Of the attempt that decided how the call ends. */
  failure: ErrorClass | undefined = undefined
  readonly #policy: ResolvedPolicy
  readonly #events: PolicyEvents
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #cancelTimer: Cancel
  #onEnd: (() => void) | undefined = undefined
  #isOver = false

  constructor(policy: ResolvedPolicy, caller: AbortSignal | undefined, events: PolicyEvents) {
    this.#policy = policy
    this.#events = events
    this.#caller = caller
    this.deadline = earliestDeadline(policy.clock, policy.totalMs)
    this.#cancelTimer = policy.clock.schedule(this.deadline.leftMs(), () => this.#timeOut())
    caller?.addEventListener('abort', this.#giveUp, { once: true })
    if (caller?.aborted === true) this.#giveUp()
    else if (this.deadline.leftMs() === 0) this.#timeOut()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Sets what is to be done at the end. At once where it has come. */
  onEnd(callback: () => void): void {
    if (this.#isOver) callback()
    else this.#onEnd = callback
  }

  /**
   * Gives what `running` gives, or rejects when the call is over before.
   *
   * @param onLate gets a value that comes when the caller has got another answer
   */
  settle<T>(running: Promise<T>, onLate: (value: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        const { reason } = this.signal
        this.#events.called(isOutOfTime(reason) ? 'timeout' : 'cancelled')
        reject(reason as Error)
      }
      this.signal.addEventListener('abort', stop, { once: true })
      running.then(
        (value) => {
          if (this.signal.aborted) return onLate(value)
          this.#events.called(this.failure === undefined ? 'success' : 'failure', this.failure)
          resolve(value)
        },
        (error: unknown) => {
          if (this.signal.aborted) return
          this.#events.called(outcomeOf(error), this.failure)
          reject(error)
        },
      )
      if (this.signal.aborted) stop()
    })
  }

  end(): void {
    this.#isOver = true
    this.#cancelTimer()
    this.#caller?.removeEventListener('abort', this.#giveUp)
    this.#onEnd?.()
  }

  readonly #giveUp = (): void => this.#controller.abort(this.#caller?.reason)

  #timeOut(): void {
    const { name } = this.#policy
    const cause = this.lastError === undefined ? {} : { cause: this.lastError }
    const hint = 'Look at the dependency, or allow the call more time by "timeout.total".'
    this.#controller.abort(
      new PolicyError('SEA_POLICY_TIMED_OUT', `Policy "${name}": the time for the call is over`, {
        statusCode: 504,
        hint,
        ...cause,
      }),
    )
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (isSeaworthyError(error, 'SEA_POLICY_CIRCUIT_OPEN')) return 'circuit_open'
  if (isSeaworthyError(error, 'SEA_POLICY_BULKHEAD_FULL')) return 'bulkhead_full'
  if (isSeaworthyError(error, 'SEA_POLICY_ATTEMPT_TIMED_OUT')) return 'timeout'
  return 'failure'
}
