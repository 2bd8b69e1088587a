import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  type IBackoff,
  type IHalfOpenAfterBackoffContext,
  isBrokenCircuitError,
} from 'cockatiel'
import type { Clock } from '../../core/clock.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import type { AttemptEnd } from './attempt.ts'
import { PolicyError } from './policy-error.ts'
import type { ResolvedBreaker } from './policy-options.ts'
import { SampledFailures } from './sampled-failures.ts'

/** What Cockatiel tells of why a circuit opens. */
type AboutOpening = IHalfOpenAfterBackoffContext

/** Of a circuit breaker: `open` refuses all calls, `half_open` all but the one that is the probe. */
export type BreakerState = 'closed' | 'half_open' | 'open'

/** A change of the state of a circuit. */
export interface BreakerChange {
  readonly state: BreakerState
  readonly before: BreakerState
  /** What kind of failure was the last one. */
  readonly failure: ErrorClass | undefined
  /** How long calls are refused now: 0 unless it has opened. */
  readonly openForMs: number
}

/**
 * How long the circuit stays open, by our own clock. Cockatiel compares the time of day with a duration that it asks for
 * each time: this one is endless until the moment comes, and less than nothing from then on.
 */
class OpenPeriod implements IBackoff<AboutOpening> {
  readonly #clock: Clock
  readonly #untilMs: number
  readonly #begin: (about: AboutOpening) => OpenPeriod

  constructor(clock: Clock, untilMs: number, begin: (about: AboutOpening) => OpenPeriod) {
    this.#clock = clock
    this.#untilMs = untilMs
    this.#begin = begin
  }

  get duration(): number {
    return this.#clock.now() < this.#untilMs ? Infinity : -Infinity
  }

  next(about: AboutOpening): OpenPeriod {
    return this.#begin(about)
  }
}

/** An attempt that says nothing about the dependency: Cockatiel counts what is thrown past its filter neither way. */
class Uncounted {
  readonly end: AttemptEnd<unknown>
  constructor(end: AttemptEnd<unknown>) {
    this.end = end
  }
}

/**
 * The circuit breaker of one dependency, on Cockatiel's. Open, it refuses at once; when its time is over, just one call
 * goes through as a probe, and all others are refused until that has ended. A cancelled call counts neither way, also as
 * a probe: the next call is the probe then. So does a call that ends after the state has changed since it began.
 */
export class CircuitBreaker {
  readonly #name: string
  readonly #clock: Clock
  readonly #openForMs: number
  readonly #policy: CircuitBreakerPolicy
  readonly #onChange: (change: BreakerChange) => void
  #state: BreakerState = 'closed'
  #openUntilMs = 0
  #lastFailure: ErrorClass | undefined = undefined
  /** Counts the changes of state. */
  #epoch = 0

  constructor(name: string, clock: Clock, options: ResolvedBreaker, onChange: (change: BreakerChange) => void) {
    this.#name = name
    this.#clock = clock
    this.#openForMs = options.openForMs
    this.#onChange = onChange
    const breaker =
      options.failureRatio === undefined
        ? new ConsecutiveBreaker(options.failures)
        : new SampledFailures(clock, options.failureRatio, options.windowMs, options.minimumCalls)
    this.#policy = circuitBreaker(
      handleWhenResult((end) => (end as AttemptEnd<unknown>).counts !== 'success'),
      { breaker, halfOpenAfter: { next: (about) => this.#beginPeriod(about) } },
    )
    this.#policy.onStateChange((state) => this.#change(state))
  }

  /** As it is told: open until a probe begins. */
  get state(): BreakerState {
    return this.#state
  }

  /** Milliseconds until a call may go through as a probe. */
  get retryAfterMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#openUntilMs - this.#clock.now()) : 0
  }

  /** Whether a call made now would be refused. */
  get isRefusing(): boolean {
    return this.#state === 'half_open' || this.retryAfterMs > 0
  }

  /**
   * `the circuit is open, the last failure was ECONNREFUSED`: without the message of an error, which may say more than it
   * should; `undefined` while it is closed.
   */
  describe(): string | undefined {
    if (this.#state === 'closed') return undefined
    const { code, category } = this.#lastFailure ?? {}
    const state = this.#state.replace('_', ' ')
    return category === undefined
      ? `the circuit is ${state}`
      : `the circuit is ${state}, the last failure was ${code ?? category}`
  }

  /** @throws {@link PolicyError} `SEA_POLICY_CIRCUIT_OPEN` without calling `attempt` */
  async run<T>(attempt: () => Promise<AttemptEnd<T>>): Promise<AttemptEnd<T>> {
    // Cockatiel would let who comes during a probe wait for its end, and then all go at once.
    if (this.isRefusing) throw this.#refusal()
    try {
      return await this.#policy.execute(() => this.#counted(attempt))
    } catch (error) {
      if (error instanceof Uncounted) return error.end as AttemptEnd<T>
      if (isBrokenCircuitError(error)) throw this.#refusal()
      throw error
    }
  }

  async #counted<T>(attempt: () => Promise<AttemptEnd<T>>): Promise<AttemptEnd<T>> {
    const epoch = this.#epoch
    const isProbe = this.#state === 'half_open'
    const end = await attempt()
    if (end.counts === 'failure') this.#lastFailure = end.failure
    // A probe is always counted by Cockatiel: one that says nothing opens the circuit again, for no time.
    if (!isProbe && (end.counts === 'neither' || epoch !== this.#epoch)) throw new Uncounted(end)
    return end
  }

  #beginPeriod({ result }: AboutOpening): OpenPeriod {
    const counts = 'value' in result ? (result.value as AttemptEnd<unknown>).counts : 'failure'
    this.#openUntilMs = this.#clock.now() + (counts === 'neither' ? 0 : this.#openForMs)
    return new OpenPeriod(this.#clock, this.#openUntilMs, (about) => this.#beginPeriod(about))
  }

  #change(state: CircuitState): void {
    const before = this.#state
    this.#state = state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'half_open' : 'open'
    this.#epoch += 1
    this.#onChange({ state: this.#state, before, failure: this.#lastFailure, openForMs: this.retryAfterMs })
  }

  #refusal(): PolicyError {
    return new PolicyError(
      'SEA_POLICY_CIRCUIT_OPEN',
      `Policy "${this.#name}": ${this.describe() ?? 'the circuit is open'}`,
      {
        statusCode: 503,
        retryAfterMs: this.retryAfterMs,
        hint: 'Look at the dependency; the policy tries it again by itself.',
      },
    )
  }
}
