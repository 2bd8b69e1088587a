import { type Clock, type HealthCheckResult, type Log, systemClock } from 'seaworthy'
import { DatabaseGuard } from '../database/database-guard.ts'
import { stopLimit, type StopContext } from '../database/stop-limit.ts'
import { proofLimit, untilAborted } from '../database/unusable.ts'
import { DialPace } from '../redis-protocol/dial-pace.ts'
import { describeAway, RedisHealth } from '../redis-protocol/redis-health.ts'
import { timedOut } from '../database/waiting-errors.ts'
import type { ResolvedRedisOptions } from '../redis-protocol/redis-options.ts'
import { isAnswer } from '../redis-protocol/redis-replies.ts'
import { SilenceWatch } from '../redis-protocol/silence-watch.ts'
import { destroyClient } from './destroy-client.ts'
import { keepDuplicates } from './keep-duplicates.ts'
import type { RedisInternals } from './redis-client.ts'
import { RedisGate } from './redis-gate.ts'

/** How a client is taken into care. */
export interface LinkPlan {
  readonly dependency: string
  readonly log: Log
  readonly options: ResolvedRedisOptions
  /** @default the real time */
  readonly clock?: Clock
}

/** Connections in a row that break as soon as they are there: the client dials again at once each time. */
const FLAPS = 5
const FLAP_MS = 1_000

/** A single client of `redis` in the care of a service, from the moment that it was built to its end. */
export class RedisLink {
  readonly guard: DatabaseGuard
  readonly #client: RedisInternals
  readonly #plan: LinkPlan
  readonly #clock: Clock
  readonly #health: RedisHealth
  readonly #pace: DialPace
  readonly #gate: RedisGate
  readonly #watch: SilenceWatch
  readonly #endDuplicates: () => void
  /** Of the connection that stands. */
  #mark: number | undefined = undefined
  #upAtMs = 0
  #flaps = 0
  /** A connection is there on which nothing has been said yet. */
  #greeting: object | undefined = undefined
  #lastError: unknown = undefined
  #isEnding = false
  #onFirstError: ((error: unknown) => void) | undefined = undefined
  #cancelRejoin: (() => void) | undefined = undefined

  private constructor(client: RedisInternals, plan: LinkPlan, clock: Clock, guard: DatabaseGuard) {
    this.guard = guard
    this.#client = client
    this.#plan = plan
    this.#clock = clock
    this.#health = new RedisHealth(clock)
    this.#pace = new DialPace(clock)
    const { dependency, options } = plan
    this.#watch = new SilenceWatch({
      clock,
      limitMs: options.silenceMs,
      waitsFor: () => (client.isReady ? this.#gate.progress : this.#greeting),
      onSilence: (silentMs) => this.#wasSilent(silentMs),
    })
    this.#gate = new RedisGate({
      client: client._self ?? client,
      guard,
      health: this.#health,
      dependency,
      maxWaiting: options.maxWaiting,
      silenceMs: options.silenceMs,
      watch: this.#watch,
    })
    this.#endDuplicates = keepDuplicates(client._self ?? client, plan)
    client.on('error', (error) => this.#sawError(error))
    client.on('connect', () => this.#isGreeting())
    client.on('ready', () => this.#isUp())
    if (client.isReady) this.#isUp()
  }

  /** Takes a client that has just been built into care; it need not be connected. */
  static async open(client: RedisInternals, plan: LinkPlan): Promise<RedisLink> {
    const early: unknown[] = []
    const keep = (error: unknown): void => void early.push(error)
    // Before anything is waited for: an error that nobody listens to is an uncaught exception.
    client.on('error', keep)
    const clock = plan.clock ?? systemClock
    const guard = await DatabaseGuard.open({
      system: 'Redis',
      systemName: 'redis',
      dependency: plan.dependency,
      log: plan.log,
      breaker: plan.options.breaker,
      isAnswer,
      clock,
    })
    const link = new RedisLink(client, plan, clock, guard)
    client.off('error', keep)
    link.#lastError = early.at(-1)
    return link
  }

  /** Resolves when Redis has answered. Rejects when the first connection can't be made. */
  async prove(signal: AbortSignal): Promise<void> {
    const limit = proofLimit(signal)
    try {
      await untilAborted(limit, this.#whenReady())
      await untilAborted(limit, this.#client.ping())
    } catch (error) {
      throw this.#lastError ?? error
    }
  }

  async check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    return await this.guard.check(signal, async () => {
      const client = this.#client
      if (!client.isReady) return { status: 'unhealthy', message: describeAway(this.#state, this.#lastError) }
      if (this.#gate.isBlocked)
        return { status: 'degraded', message: 'a command that blocks keeps all others of the connection waiting' }
      return await this.#health.ask(() => client.ping(), this.#gate.waiting)
    })
  }

  /** Lets what was sent be answered, then closes; at once when the signal is aborted, or Redis is silent. */
  async stop(context: StopContext): Promise<void> {
    const client = this.#client
    this.#isEnding = true
    this.guard.close()
    this.#cancelRejoin?.()
    this.#gate.end()
    this.#endDuplicates()
    const limit = stopLimit(context, this.#plan.options.silenceMs)
    if (client.isReady && !limit.aborted) await untilAborted(limit, client.close()).catch(() => {})
    this.#watch.end()
    destroyClient(client)
  }

  /** Closes at once. */
  async abandon(): Promise<void> {
    await this.stop({ signal: AbortSignal.abort() })
  }

  get #state(): string {
    return this.#client.isOpen || this.#cancelRejoin !== undefined ? 'connecting' : 'closed'
  }

  #whenReady(): Promise<void> {
    const client = this.#client
    if (client.isReady) return Promise.resolve()
    return new Promise((resolve, reject) => {
      // The client would go on dialling: whether that is of use is for the service to say.
      this.#onFirstError = reject
      if (this.#lastError !== undefined) reject(this.#lastError)
      client.on('ready', () => resolve())
      if (!client.isOpen) client.connect().then(() => resolve(), reject)
    })
  }

  #sawError(error: unknown): void {
    this.#lastError = error
    this.#onFirstError?.(error)
    const client = this.#client
    const mark = this.#mark
    if (client.isReady || this.#isEnding) return
    this.#mark = undefined
    this.#greeting = undefined
    if (mark === undefined) this.guard.failed(error, 'connect')
    else this.guard.lost(error, mark)
    if (mark !== undefined && this.#isFlapping()) this.#rejoin()
    // It has given up by itself: by default it does when a `socketTimeout` of the user has passed.
    else if (!client.isOpen && client.options?.socket?.reconnectStrategy === undefined) this.#rejoin()
  }

  #isGreeting(): void {
    // A client that was ended while it dialled does not know the connection that it then has.
    if (this.#isEnding) return destroyClient(this.#client)
    this.#greeting = {}
    this.#watch.begin()
  }

  #isUp(): void {
    this.#greeting = undefined
    this.#onFirstError = undefined
    this.#lastError = undefined
    this.#pace.up()
    this.#gate.beginAnew()
    this.guard.answered()
    this.#mark = this.guard.mark
    this.#upAtMs = this.#clock.now()
  }

  #isFlapping(): boolean {
    this.#flaps = this.#clock.now() - this.#upAtMs < FLAP_MS ? this.#flaps + 1 : 0
    return this.#flaps >= FLAPS
  }

  /** Each that waited in vain says the same as a call of its own would. */
  #wasSilent(silentMs: number): void {
    const error = timedOut(this.#plan.dependency, silentMs, 'answer')
    this.#onFirstError?.(error)
    if (this.#isEnding) return
    const waiting = Math.max(1, Math.min(this.#gate.waiting, 100))
    for (let count = 0; count < waiting; count++) this.guard.failed(error, 'timeout')
    this.#lastError = error
    this.#rejoin()
  }

  /**
   * Ends the connection, and what waits on it, and makes another one after a pause. Not at once: what the client does by
   * itself about the end of a connection has to be over by then, or there would be two of them.
   */
  #rejoin(): void {
    const client = this.#client
    this.#mark = undefined
    this.#greeting = undefined
    destroyClient(client)
    this.#cancelRejoin?.()
    this.#cancelRejoin = this.#clock.schedule(
      this.#pace.next(),
      () => {
        this.#cancelRejoin = undefined
        if (client.isOpen || this.#isEnding) return
        client.connect().catch(() => {
          if (!client.isOpen && !this.#isEnding && this.#cancelRejoin === undefined) this.#rejoin()
        })
      },
      { keepAlive: false },
    )
  }
}
