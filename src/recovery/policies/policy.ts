import { sleep } from '../../core/wait.ts'
import { classifyError } from '../errors/classify-error.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import { fullJitterMs } from '../full-jitter.ts'
import { type AttemptEnd, type CallContext, type CallOptions, discard, runAttempt } from './attempt.ts'
import { type BreakerState, CircuitBreaker } from './circuit-breaker.ts'
import { Bulkhead } from './bulkhead.ts'
import { Call } from './call.ts'
import { PolicyEvents } from './policy-events.ts'
import { type PolicyOptions, resolvePolicy, type ResolvedPolicy } from './policy-options.ts'
import { RetryBudget } from './retry-budget.ts'

/** What a policy is called by a health checker: what `service.check()` and `health.register()` take. */
export interface PolicyHealthCheck {
  readonly name: string
  readonly critical: false
  readonly check: () => { readonly status: 'healthy' | 'degraded'; readonly message?: string }
}

/**
 * How calls to one dependency are made. The order is fixed, from the outside in: total timeout, bulkhead, retry, circuit
 * breaker, attempt timeout. See {@link createPolicy}.
 */
export class Policy {
  readonly name: string
  readonly #options: ResolvedPolicy
  readonly #bulkhead: Bulkhead | undefined
  readonly #budget: RetryBudget | undefined
  readonly #breaker: CircuitBreaker | undefined
  readonly #events: PolicyEvents
  readonly #classify = (error: unknown): ErrorClass => this.classify(error)

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  constructor(options: PolicyOptions) {
    const resolved = resolvePolicy(options)
    const { name, clock, bulkhead, retry, breaker } = resolved
    this.name = name
    this.#options = resolved
    this.#events = new PolicyEvents(name, resolved.log, breaker !== undefined)
    this.#bulkhead =
      bulkhead &&
      new Bulkhead(name, bulkhead.concurrency, bulkhead.queue, (running, waiting) =>
        this.#events.loadChanged(running, waiting),
      )
    this.#budget = retry && new RetryBudget(retry.ratio, retry.floor)
    this.#breaker = breaker && new CircuitBreaker(name, clock, breaker, (change) => this.#events.breakerChanged(change))
  }

  /** Of the circuit breaker: `closed` also where there is none. */
  get state(): BreakerState {
    return this.#breaker?.state ?? 'closed'
  }

  /** Whether a failed call may be made again at all. */
  get isRetrying(): boolean {
    return this.#options.retry !== undefined
  }

  /** Calls that run, and that wait for a place; both 0 without a bulkhead. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#bulkhead?.running ?? 0, waiting: this.#bulkhead?.waiting ?? 0 }
  }

  /**
   * Makes a call. It ends in time, whatever `work` does: with its value, with what its last attempt threw, unchanged, or
   * with an error of the policy.
   *
   * @throws {@link PolicyError} `SEA_POLICY_TIMED_OUT`, `SEA_POLICY_ATTEMPT_TIMED_OUT`, `SEA_POLICY_CIRCUIT_OPEN` or
   * `SEA_POLICY_BULKHEAD_FULL`
   *
   * @example
   * const quote = await policy.execute(({ signal }) => client.quote(id, { signal }))
   */
  async execute<T>(work: (call: CallContext) => T | PromiseLike<T>, options: CallOptions<T> = {}): Promise<T> {
    const call = new Call(this.#options, options.signal, this.#events)
    try {
      return await call.settle(this.#run(call, work, options), (late) => discard(options, late))
    } finally {
      call.end()
    }
  }

  /** `work` with this policy around it: it gets the {@link CallContext}, then the arguments of the call. */
  wrap<A extends readonly unknown[], T>(
    work: (call: CallContext, ...args: A) => T | PromiseLike<T>,
    options: CallOptions<T> = {},
  ): (...args: A) => Promise<T> {
    return (...args) => this.execute((call) => work(call, ...args), options)
  }

  /**
   * A health check that is degraded while the circuit is not closed or every place of the bulkhead and of its queue is
   * taken: for `service.check()`. Never critical: the service can still answer, and a readiness that fails for it takes
   * every replica away at once.
   */
  healthCheck(): PolicyHealthCheck {
    return {
      name: this.name,
      critical: false,
      check: () => {
        const messages = [this.#breaker?.describe() ?? [], this.#bulkhead?.describe() ?? []].flat()
        return messages.length === 0 ? { status: 'healthy' } : { status: 'degraded', message: messages.join('; ') }
      },
    }
  }

  /** What kind of failure this policy takes an error, or an answer of HTTP, for. Never throws. */
  classify(error: unknown): ErrorClass {
    const { classify, timeOfDay } = this.#options
    try {
      const own = classify?.(error)
      if (own !== undefined) return own
    } catch {}
    return classifyError(error, { timeOfDay })
  }

  async #run<T>(call: Call, work: (call: CallContext) => T | PromiseLike<T>, options: CallOptions<T>): Promise<T> {
    if (call.signal.aborted) throw call.signal.reason
    this.#budget?.addCall()
    const bulkhead = this.#bulkhead
    if (bulkhead === undefined) return await this.#attempts(call, work, options)
    await bulkhead.enter(call.signal)
    // What outlives its call holds no place: it would be held for ever by work that never ends.
    call.onEnd(() => bulkhead.leave())
    return await this.#attempts(call, work, options)
  }

  async #attempts<T>(call: Call, work: (call: CallContext) => T | PromiseLike<T>, options: CallOptions<T>): Promise<T> {
    const { clock } = this.#options
    for (let attempt = 1; ; attempt++) {
      const end = await this.#attempt(call, work, options, attempt)
      const { failure } = end
      const waitMs = failure === undefined ? undefined : this.#waitBefore(attempt, failure, call, options)
      if (failure === undefined || waitMs === undefined) {
        call.failure = failure
        if (end.hasValue) return end.value as T
        throw end.error
      }
      if (end.hasValue) discard(options, end.value as T)
      else call.lastError = end.error
      this.#events.retried(failure)
      await sleep(clock, waitMs, { signal: call.signal })
      if (call.signal.aborted) throw call.signal.reason
    }
  }

  #attempt<T>(
    call: Call,
    work: (call: CallContext) => T | PromiseLike<T>,
    options: CallOptions<T>,
    attempt: number,
  ): Promise<AttemptEnd<T>> {
    const { deadline, signal } = call
    const about = { policy: this.#options, work, attempt, deadline, signal, call: options, classify: this.#classify }
    return this.#breaker === undefined ? runAttempt(about) : this.#breaker.run(() => runAttempt(about))
  }

  /** How long to wait before the next attempt; `undefined` when none is to be made. */
  #waitBefore(
    attempt: number,
    failure: ErrorClass,
    call: Call,
    { idempotent, idempotencyKey }: CallOptions<never>,
  ): number | undefined {
    const { retry, random } = this.#options
    const budget = this.#budget
    if (retry === undefined || budget === undefined || !failure.retryable || attempt >= retry.attempts) return undefined
    const isSafe = idempotent ?? (retry.idempotent === true || (idempotencyKey ?? '') !== '')
    if (!isSafe || call.signal.aborted || this.#breaker?.isRefusing === true) return undefined
    const { retryAfterMs = 0 } = failure
    if (retryAfterMs > retry.maxRetryAfterMs) return undefined
    const jitterMs = fullJitterMs({ ...retry, random }, attempt)
    // On top of what is asked for: everybody is told the same, and would come back at the same moment.
    const waitMs = (retryAfterMs > 0 ? retryAfterMs : 0) + jitterMs
    // An attempt that begins at the deadline helps nobody.
    if (waitMs >= call.deadline.leftMs()) return undefined
    const isPaid = budget.takeRetry()
    this.#events.budgetAsked(isPaid)
    return isPaid ? waitMs : undefined
  }
}

/**
 * Makes a policy for the calls to one dependency. What isn't given isn't done; only the timeouts are always there. The
 * order is fixed:
 *
 * 1. The total timeout is outermost: nothing below, no waiting and no retry, makes a call longer.
 * 2. The bulkhead holds a place for a call with all its attempts: who waits for a retry does not let another in.
 * 3. Retry, within the budget, only where the failure can pass and the call is idempotent.
 * 4. The circuit breaker sees each attempt, and an open circuit ends the retries.
 * 5. The timeout of an attempt is innermost, so that a hanging attempt is a failure to retry and to count.
 *
 * Make one per dependency and share it: budget, circuit and places are its own.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message
 *
 * @example
 * const payments = createPolicy({
 *   name: 'payments',
 *   timeout: { total: '5s', attempt: '1s' },
 *   retry: { idempotent: 'keyed' },
 *   breaker: { failures: 5 },
 *   bulkhead: { concurrency: 50 },
 * })
 */
export function createPolicy(options: PolicyOptions): Policy {
  return new Policy(options)
}
