import { type Clock, systemClock } from '../../core/clock.ts'
import type { Duration } from '../../core/duration.ts'
import type { Log } from '../../core/log.ts'
import { OptionReader } from '../../core/option-reader.ts'
import { classifyError } from '../errors/classify-error.ts'
import type { ErrorClass } from '../errors/error-class.ts'
import { type AttemptEnd, countOf } from './attempt.ts'
import { type BreakerChange, type BreakerState, CircuitBreaker } from './circuit-breaker.ts'
import type { PolicyHealthCheck } from './policy.ts'
import { PolicyError } from './policy-error.ts'
import { PolicyEvents } from './policy-events.ts'
import { type PolicyBreakerOptions, readBreaker, readLog } from './policy-options.ts'

/** A circuit breaker of its own, without the other parts of a policy. */
export interface BreakerOptions extends PolicyBreakerOptions {
  /** The dependency, as metrics, log lines and the health check call it, such as `orders-db`. */
  readonly name: string
  /**
   * How long a probe may take: 1 ms to 10 min. When nothing has been said of the dependency by then, it has failed.
   *
   * @default "5s", so that a probe that hangs does not keep the circuit shut
   */
  readonly probeTimeout?: Duration
  /** Gets a line when the circuit changes. @default nobody */
  readonly log?: Log | (() => Log)
  /** @default the system's clock */
  readonly clock?: Clock
}

type Probe = PromiseWithResolvers<AttemptEnd<undefined>>

/**
 * The circuit breaker of a dependency whose client is not called through one function, such as a pool: it is asked before
 * a call, and told what is seen of the dependency, whoever has seen it. See {@link createBreaker}.
 */
export class Breaker {
  readonly name: string
  readonly #clock: Clock
  readonly #probeTimeoutMs: number
  readonly #events: PolicyEvents
  readonly #circuit: CircuitBreaker
  /** Whether successes in a row change nothing, so that only the first after a failure is counted. */
  readonly #isConsecutive: boolean
  readonly #onChange: Set<(state: BreakerState) => void> = new Set()
  #hasFailures = false
  #probe: Probe | undefined = undefined
  #probes = 0
  /** Counts the changes of state. */
  #epoch = 0
  #cancelProbeTimer = (): void => {}
  #lastError: unknown = undefined

  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` */
  constructor(options: BreakerOptions) {
    const read = new OptionReader(options, 'createBreaker()')
    this.name = read.text('name', { pattern: /^[\w .:/-]{1,100}$/, form: 'letters, digits, spaces and . : / - _' })
    this.#clock = read.value<Clock>('clock') ?? systemClock
    this.#probeTimeoutMs = read.duration('probeTimeout', { fallback: 5_000, min: 1, max: 600_000 })
    const log = readLog(read)
    const breaker = readBreaker(read)
    read.done()
    this.#isConsecutive = breaker.failureRatio === undefined
    this.#events = new PolicyEvents(this.name, log, true)
    this.#circuit = new CircuitBreaker(this.name, this.#clock, breaker, (change) => this.#changed(change))
    this.#events.begun()
  }

  get state(): BreakerState {
    return this.#circuit.state
  }

  /** Whether a call made now would be refused. */
  get isRefusing(): boolean {
    return this.#circuit.isRefusing
  }

  /** Milliseconds until a call may go through as a probe; 0 while the circuit is closed. */
  get retryAfterMs(): number {
    return this.#circuit.retryAfterMs
  }

  /** How many probes have begun. */
  get probes(): number {
    return this.#probes
  }

  /** What the last failure was. */
  get lastError(): unknown {
    return this.#lastError
  }

  /** Calls `listener` at each change. @returns ends that */
  onChange(listener: (state: BreakerState) => void): () => void {
    this.#onChange.add(listener)
    return () => this.#onChange.delete(listener)
  }

  /**
   * To be called before each call. When the time of an open circuit is over, the call that comes then is the probe: until
   * something is seen of the dependency, or `probeTimeout` is over, all others are refused.
   *
   * @throws {@link PolicyError} `SEA_POLICY_CIRCUIT_OPEN`
   */
  admit(): void {
    const refusal = this.refusal()
    if (refusal !== undefined) throw refusal
  }

  /** As {@link Breaker.admit}, for who has to hand the error on: `undefined` where the call may be made. */
  refusal(): PolicyError | undefined {
    if (this.#circuit.state === 'closed') return undefined
    if (!this.#circuit.isRefusing) {
      this.#beginProbe()
      return undefined
    }
    this.#events.called('circuit_open')
    return this.#refuse()
  }

  /** The dependency was seen to work: it has answered, if only that it refuses what it was asked. */
  succeeded(): void {
    if (this.#probe !== undefined) {
      this.#endProbe(undefined)
      return
    }
    if (this.#circuit.state !== 'closed' || (this.#isConsecutive && !this.#hasFailures)) return
    this.#hasFailures = false
    this.#count(endOf(undefined, 'success'))
  }

  /** The dependency was seen not to work: no connection, no answer. */
  failed(error: unknown): void {
    if (this.#probe !== undefined) {
      this.#lastError = error
      this.#endProbe(error)
      return
    }
    if (this.#circuit.state !== 'closed') return
    this.#lastError = error
    this.#hasFailures = true
    this.#count(endOf(error, 'failure'))
  }

  /**
   * Makes a call that is a promise: refused, or judged by {@link classifyError} as a policy does it. One that ends after the
   * circuit has changed since it began says nothing.
   *
   * @throws {@link PolicyError} `SEA_POLICY_CIRCUIT_OPEN`; otherwise what `work` throws
   */
  async run<T>(work: () => T | PromiseLike<T>): Promise<T> {
    const before = this.#probe
    this.admit()
    const probe = this.#probe === before ? undefined : this.#probe
    const epoch = this.#epoch
    try {
      const value = await work()
      if (epoch === this.#epoch) this.succeeded()
      return value
    } catch (error) {
      const counts = epoch === this.#epoch ? countOf(classifyError(error)) : undefined
      if (counts === 'failure') this.failed(error)
      else if (counts === 'success') this.succeeded()
      // Who has called it off says nothing: the next call is the probe then.
      else if (probe !== undefined && probe === this.#probe) this.#settleProbe(endOf(error, 'neither'))
      throw error
    }
  }

  /** A health check that is degraded while the circuit is not closed, as that of a policy is. */
  healthCheck(): PolicyHealthCheck {
    return {
      name: this.name,
      critical: false,
      check: () => (this.state === 'closed' ? { status: 'healthy' } : { status: 'degraded', message: this.describe() }),
    }
  }

  /** `the circuit is open, the last failure was ECONNREFUSED`: without the message of an error, which may say more than it should. */
  describe(): string {
    return this.#circuit.describe() ?? 'the circuit is closed'
  }

  #count(end: AttemptEnd<undefined>): void {
    void this.#circuit.run(() => Promise.resolve(end)).catch(() => {})
  }

  #beginProbe(): void {
    const probe = Promise.withResolvers<AttemptEnd<undefined>>()
    this.#probe = probe
    this.#probes += 1
    this.#cancelProbeTimer = this.#clock.schedule(this.#probeTimeoutMs, () => this.failed(this.#timedOut()), {
      keepAlive: false,
    })
    void this.#circuit.run(() => probe.promise).catch(() => {})
  }

  #endProbe(error: unknown): void {
    this.#settleProbe(error === undefined ? endOf(undefined, 'success') : endOf(error, 'failure'))
  }

  #settleProbe(end: AttemptEnd<undefined>): void {
    const probe = this.#probe
    this.#probe = undefined
    this.#cancelProbeTimer()
    probe?.resolve(end)
  }

  #changed(change: BreakerChange): void {
    this.#epoch += 1
    if (change.state === 'closed') this.#hasFailures = false
    this.#events.breakerChanged(change)
    for (const listener of this.#onChange) listener(change.state)
  }

  #timedOut(): PolicyError {
    return new PolicyError(
      'SEA_POLICY_ATTEMPT_TIMED_OUT',
      `"${this.name}": the probe had no answer within ${this.#probeTimeoutMs} ms`,
      { statusCode: 504, hint: 'Look at the dependency, or allow a probe more time by "probeTimeout".' },
    )
  }

  #refuse(): PolicyError {
    return new PolicyError('SEA_POLICY_CIRCUIT_OPEN', `"${this.name}": ${this.describe()}`, {
      statusCode: 503,
      retryAfterMs: this.retryAfterMs,
      hint: 'Look at the dependency; it is tried again by itself.',
      ...(this.#lastError === undefined ? {} : { cause: this.#lastError }),
    })
  }
}

function endOf(error: unknown, counts: AttemptEnd<undefined>['counts']): AttemptEnd<undefined> {
  const failure: ErrorClass | undefined = counts === 'success' ? undefined : classifyError(error)
  return { counts, failure, hasValue: counts === 'success', value: undefined, error }
}

/**
 * Makes a circuit breaker for a client that a policy can't be put around, such as a pool that others call: it is asked
 * before a call ({@link Breaker.admit}), and told what is seen of the dependency ({@link Breaker.succeeded},
 * {@link Breaker.failed}). While the circuit is closed and nothing has failed, each of these is a comparison.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message
 *
 * @example
 * const breaker = createBreaker({ name: 'search', failures: 5, openFor: '1s' })
 * client.on('close', (error) => breaker.failed(error))
 * const found = await breaker.run(() => client.search('tea'))
 */
export function createBreaker(options: BreakerOptions): Breaker {
  return new Breaker(options)
}
