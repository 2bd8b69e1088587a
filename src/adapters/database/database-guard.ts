import { type Clock, type HealthCheckResult, type Log, systemClock } from 'seaworthy'
import type { Breaker, classifyError, ErrorCategory } from 'seaworthy/resilience'
import type { ConnectionFailure } from './connection-metrics.ts'
import type { ResolvedDatabaseBreaker } from './database-options.ts'
import { Outage } from './outage.ts'
import { untilAborted } from './unusable.ts'

/** What is watched, and how it is told of. */
export interface GuardPlan {
  /** How messages call it, such as `PostgreSQL`. */
  readonly system: string
  /** `db.system.name` of the metrics. */
  readonly systemName: string
  /** The name of the component. */
  readonly dependency: string
  readonly log: Log
  readonly breaker: ResolvedDatabaseBreaker | false
  /**
   * Whether an error is what the server has said about what it was asked: then it works. Not what it says about itself, such
   * as that it takes no connections.
   *
   * @default never: only for {@link DatabaseGuard.settle}
   */
  readonly isAnswer?: (error: unknown) => boolean
  /** @default the real time */
  readonly clock?: Clock
}

/** Failures that say that no connection is to be had. */
const OF_CONNECTIONS: ReadonlySet<ErrorCategory> = new Set([
  'timeout',
  'network',
  'refused',
  'dns',
  'tls',
  'unavailable',
  // Of what the server says of itself: that it lets this connection do nothing.
  'permission',
])

/**
 * Knows whether a database can be reached, from what is seen of its connections: that it has answered, that none can be
 * made, that one has broken. Out of that come the circuit breaker, the lines and counts of an outage, and what the health
 * check says.
 */
export class DatabaseGuard {
  readonly #clock: Clock
  readonly #outage: Outage
  readonly #isAnswer: (error: unknown) => boolean
  readonly #breaker: Breaker | undefined
  readonly #classify: typeof classifyError | undefined
  /** From the proof of the start until the stop begins; before and after, nothing is refused, told or counted. */
  #isWatching = false
  /** Whether an answer changes anything. */
  #isTroubled = false
  #answers = 0
  #failures = 0
  #dialledProbe = 0
  /** Whether the last failure was that nothing came. */
  #isSilent = false

  private constructor(
    plan: GuardPlan,
    clock: Clock,
    breaker: Breaker | undefined,
    classify: typeof classifyError | undefined,
  ) {
    this.#clock = clock
    this.#isAnswer = plan.isAnswer ?? (() => false)
    this.#outage = new Outage({ ...plan, clock })
    this.#breaker = breaker
    this.#classify = classify
    breaker?.onChange((state) => {
      if (state === 'closed') this.#outage.end()
    })
  }

  /** Loads the circuit breaker, where there is to be one. */
  static async open(plan: GuardPlan): Promise<DatabaseGuard> {
    const clock = plan.clock ?? systemClock
    if (plan.breaker === false) return new DatabaseGuard(plan, clock, undefined, undefined)
    const { createBreaker, classifyError: classify } = await import('seaworthy/resilience')
    const breaker = createBreaker({
      name: plan.dependency.replaceAll(/[^\w .:/-]/g, '_').slice(0, 100),
      failures: plan.breaker.failures,
      openFor: plan.breaker.openForMs,
      probeTimeout: plan.breaker.probeTimeoutMs,
      log: plan.log,
      clock,
    })
    return new DatabaseGuard(plan, clock, breaker, classify)
  }

  get clock(): Clock {
    return this.#clock
  }

  /** Whether a call would be refused now. */
  get isRefusing(): boolean {
    return this.#isWatching && this.#breaker?.isRefusing === true
  }

  /** How often the server has said something. */
  get answers(): number {
    return this.#answers
  }

  /** What is to be kept of the moment at which a connection was made, for {@link DatabaseGuard.lost}. */
  get mark(): number {
    return this.#failures
  }

  /**
   * The error to fail a call with, `SEA_POLICY_CIRCUIT_OPEN`; `undefined` where it may be made. Of a circuit whose time is
   * over, the call that asks then is the probe.
   */
  refusal(): Error | undefined {
    return this.#isWatching ? this.#breaker?.refusal() : undefined
  }

  /** @throws what {@link DatabaseGuard.refusal} returns */
  admit(): void {
    const refusal = this.refusal()
    if (refusal !== undefined) throw refusal
  }

  /**
   * The same for a connection that a client is about to make by itself, such as for those who wait in its queue. While the
   * circuit is half open it may make one, since the probe may need it.
   */
  refuseDial(): Error | undefined {
    const breaker = this.#breaker
    if (breaker === undefined || !this.#isWatching) return undefined
    if (breaker.state === 'half_open' && this.#dialledProbe !== breaker.probes) {
      this.#dialledProbe = breaker.probes
      return undefined
    }
    const refusal = breaker.refusal()
    if (refusal === undefined) this.#dialledProbe = breaker.probes
    return refusal
  }

  /** The server has said something. */
  answered(): void {
    this.#answers += 1
    if (this.#isTroubled) this.#recover()
  }

  /** No connection could be made, or nothing was heard in time. */
  failed(error: unknown, kind: ConnectionFailure): void {
    if (!this.#isWatching) return
    this.#isSilent = kind === 'timeout'
    this.#isTroubled = true
    this.#failures += 1
    this.#outage.failed(error, kind)
    this.#breaker?.failed(error)
  }

  /**
   * A connection has broken. For the circuit it counts only when it was made after the last failure: a server that restarts
   * breaks all there are at once, which is one fact, and says nothing of what comes after.
   *
   * @param mark what {@link DatabaseGuard.mark} was when the connection had been made
   */
  lost(error: unknown, mark: number): void {
    if (!this.#isWatching) return
    const isNews = mark === this.#failures
    this.#isTroubled = true
    this.#failures += 1
    this.#outage.failed(error, 'lost')
    if (isNews) this.#breaker?.failed(error)
  }

  /**
   * Nothing was heard within the time that a call has. While others are answered, that is a slow call.
   *
   * @param answers what {@link DatabaseGuard.answers} was when the call began
   */
  timedOut(error: unknown, answers: number): void {
    if (answers === this.#answers) this.failed(error, 'timeout')
  }

  /** Judges the error of a call by what it is, where its place says nothing. */
  settle(error: unknown): void {
    if (this.#isAnswer(error)) this.answered()
    else if (this.#classify !== undefined && OF_CONNECTIONS.has(this.#classify(error).category))
      this.failed(error, 'lost')
  }

  /**
   * A health check: unhealthy without asking while calls are refused. Otherwise `ask` may be the probe. It rejects when the
   * signal is aborted, which counts as a failure when nothing at all was heard meanwhile.
   */
  async check(
    signal: AbortSignal,
    ask: () => PromiseLike<HealthCheckResult | undefined>,
  ): Promise<HealthCheckResult | undefined> {
    if (this.isRefusing) return { status: 'unhealthy', message: this.#breaker?.describe() ?? '' }
    const answers = this.#answers
    try {
      return await untilAborted(signal, ask())
    } catch (error) {
      if (signal.aborted) this.timedOut(error, answers)
      throw error
    }
  }

  /**
   * Calls `listener` each time that calls begin to be refused.
   *
   * @param listener told whether that is because nothing is heard: no connection says anything, new or old
   */
  onRefusing(listener: (isSilent: boolean) => void): void {
    this.#breaker?.onChange((state) => {
      if (state === 'open') listener(this.#isSilent)
    })
  }

  /** The database has answered at the start: from now on it is watched. How a start fails is told by the service. */
  proven(): void {
    this.#isWatching = true
  }

  /** From now on nothing is refused, told or counted: the resource is being closed. */
  close(): void {
    this.#isWatching = false
  }

  #recover(): void {
    if (!this.#isWatching) return
    this.#breaker?.succeeded()
    // Of an open circuit, what answers is a connection of before.
    if (this.#breaker !== undefined && this.#breaker.state !== 'closed') return
    this.#isTroubled = false
    this.#outage.end()
  }
}
