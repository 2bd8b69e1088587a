import { type Clock, type HealthCheckResult, type Log, systemClock } from 'seaworthy'
import { DatabaseGuard } from '../database/database-guard.ts'
import { stopLimit, type StopContext } from '../database/stop-limit.ts'
import { proofLimit, untilAborted } from '../database/unusable.ts'
import { DialPace } from '../redis-protocol/dial-pace.ts'
import { describeAway, RedisHealth } from '../redis-protocol/redis-health.ts'
import { timedOut } from '../database/waiting-errors.ts'
import type { ResolvedRedisOptions } from '../redis-protocol/redis-options.ts'
import { isAnswer, isBlocking } from '../redis-protocol/redis-replies.ts'
import { SilenceWatch } from '../redis-protocol/silence-watch.ts'
import { CommandGate, waitingAt } from './command-gate.ts'
import { paceDials } from './pace-dials.ts'
import { Duplicates } from './duplicates.ts'
import type { IoredisClient, IoredisInternals } from './ioredis-client.ts'
import { failWaiting, SilentConnections } from './silent-connections.ts'

/** How a client is taken into care. */
export interface LinkPlan {
  readonly dependency: string
  readonly log: Log
  readonly options: ResolvedRedisOptions
  /** @default the real time */
  readonly clock?: Clock
}

/** For the end of what was told to end: ioredis destroys a connection whose other side does not close it after 2 s. */
const END_LIMIT_MS = 3_000

/** A client of ioredis in the care of a service, from the moment that it was built to its end. */
export class IoredisLink {
  readonly #redis: IoredisInternals
  readonly #plan: LinkPlan
  readonly guard: DatabaseGuard
  readonly #health: RedisHealth
  readonly #pace: DialPace
  readonly #gate: CommandGate
  readonly #silent: SilentConnections
  readonly #connection: SilenceWatch
  readonly #duplicates: Duplicates
  /** Of the connection that stands. */
  #mark: number | undefined = undefined
  /** Changes with each connection: what waits for one waits for the same. */
  #epoch: object = {}
  #lastError: unknown = undefined

  private constructor(redis: IoredisInternals, plan: LinkPlan, clock: Clock, guard: DatabaseGuard) {
    this.#redis = redis
    this.#plan = plan
    this.guard = guard
    this.#health = new RedisHealth(clock)
    this.#pace = new DialPace(clock)
    const { dependency, options } = plan
    const limitMs = options.silenceMs
    this.#silent = new SilentConnections({
      clock,
      limitMs,
      redis,
      onSilent: (ms, waiting) => this.#wasSilent(ms, waiting),
    })
    this.#connection = new SilenceWatch({
      clock,
      limitMs,
      waitsFor: () => (redis.status !== 'ready' && this.#waitsForConnection() ? this.#epoch : undefined),
      onSilence: (ms) => this.#hadNoConnection(ms),
    })
    this.#gate = new CommandGate({
      redis,
      guard,
      dependency,
      maxWaiting: options.maxWaiting,
      answers: this.#silent.watch,
      connection: this.#connection,
    })
    // Before duplicates are kept: it makes one for a moment.
    paceDials(redis, this.#pace)
    this.#duplicates = new Duplicates(redis, plan)
    guard.onRefusing(() => this.#refuseWaiting())
    this.#listen()
  }

  /** Takes a client that has just been built into care; it need not be connected. */
  static async open(client: IoredisClient, plan: LinkPlan): Promise<IoredisLink> {
    const redis = client as IoredisInternals
    // Before anything is waited for: an error that nobody listens to ends up on the console, or ends the process.
    const early: unknown[] = []
    const keep = (error: unknown): void => void early.push(error)
    redis.on('error', keep)
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
    const link = new IoredisLink(redis, plan, clock, guard)
    redis.off('error', keep)
    link.#lastError = early.at(-1)
    return link
  }

  /** Resolves when Redis has answered. Rejects when the first connection can't be made. */
  async prove(signal: AbortSignal): Promise<void> {
    const limit = proofLimit(signal)
    try {
      await untilAborted(limit, this.#whenReady())
      await untilAborted(limit, this.#redis.ping())
    } catch (error) {
      throw this.#lastError ?? error
    }
  }

  async check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    const redis = this.#redis
    // So that whatever is answered meanwhile is heard.
    this.#gate.isTroubled = true
    return await this.guard.check(signal, async () => {
      if (redis.status !== 'ready') return { status: 'unhealthy', message: describeAway(redis.status, this.#lastError) }
      const first = redis.commandQueue?.peekFront()?.command.name
      if (first !== undefined && isBlocking(first))
        return { status: 'degraded', message: `${first} blocks the connection for all other commands` }
      return await this.#health.ask(() => redis.ping(), waitingAt(redis))
    })
  }

  /** Lets what was sent be answered, then closes; at once when the signal is aborted, or Redis is silent. */
  async stop(context: StopContext): Promise<void> {
    const redis = this.#redis
    this.guard.close()
    this.#connection.end()
    this.#gate.end()
    this.#duplicates.end()
    const slice = stopLimit(context)
    const limit = stopLimit({ signal: slice }, this.#plan.options.silenceMs)
    if (redis.status === 'ready' && !limit.aborted) await untilAborted(limit, redis.quit()).catch(() => {})
    this.#silent.end()
    await this.#close(stopLimit({ signal: slice }, END_LIMIT_MS))
  }

  /** Closes at once. */
  async abandon(): Promise<void> {
    await this.stop({ signal: AbortSignal.abort() })
  }

  async #close(signal: AbortSignal): Promise<void> {
    const redis = this.#redis
    if (redis.status === 'end') return
    const ended = new Promise<void>((resolve) => redis.on('end', () => resolve()))
    const isBetween = redis.status === 'reconnecting'
    redis.disconnect()
    const error = timedOut(this.#plan.dependency, 0, 'connection')
    failWaiting(redis, error, { sent: false })
    // Between two connections there is nothing that could still end.
    if (isBetween) return
    await untilAborted(signal, ended).catch(() => void redis.stream?.destroy())
  }

  #whenReady(): Promise<void> {
    const redis = this.#redis
    if (redis.status === 'ready') return Promise.resolve()
    return new Promise((resolve, reject) => {
      const failed = (): void => reject(this.#lastError ?? new Error('the connection was closed'))
      redis.on('ready', () => resolve())
      redis.on('close', failed)
      redis.on('end', failed)
      // It may also have come to that before.
      if (redis.status === 'end' || redis.status === 'reconnecting') failed()
      else if (redis.status === 'wait') redis.connect().then(() => resolve(), failed)
    })
  }

  #listen(): void {
    const redis = this.#redis
    redis.on('error', (error) => this.#sawError(error))
    redis.on('ready', () => this.#isUp())
    redis.on('close', () => this.#isDown())
    const { options } = redis
    if (options === undefined || redis.isCluster === true) return
    const own = options.reconnectOnError
    // It is asked about each error that Redis answers with.
    options.reconnectOnError = (error) => {
      this.#health.saw(error)
      // While all is well nobody looks at answers.
      if (!isAnswer(error)) this.#gate.isTroubled = true
      return typeof own === 'function' ? own(error) : false
    }
    if (redis.status === 'ready') this.#isUp()
  }

  #sawError(error: unknown): void {
    this.#lastError = error
    const { options, status } = this.#redis
    // Who asks sentinels in vain goes on asking, and closes nothing that would say so.
    if (status === 'connecting' && Array.isArray(options?.sentinels)) this.guard.failed(error, 'connect')
  }

  #isUp(): void {
    this.#epoch = {}
    this.#lastError = undefined
    this.#pace.up()
    this.guard.answered()
    this.#mark = this.guard.mark
    this.#gate.isUp = true
  }

  #isDown(): void {
    const error = this.#lastError ?? new Error('Redis closed the connection')
    const mark = this.#mark
    this.#lastError = error
    this.#mark = undefined
    this.#epoch = {}
    this.#gate.isUp = false
    this.#gate.isTroubled = true
    this.#health.lost(error)
    if (this.#silent.takeCut()) return
    if (mark === undefined) this.guard.failed(error, 'connect')
    else this.guard.lost(error, mark)
  }

  /** Each that waited in vain says the same as a call of its own would. */
  #wasSilent(silentMs: number, waiting: number): Error {
    const error = timedOut(this.#plan.dependency, silentMs, 'answer')
    this.#lastError = error
    this.#gate.isTroubled = true
    // Of a cluster, other nodes may answer.
    const count = this.#redis.isCluster === true ? 1 : Math.min(waiting, 100)
    for (let index = 0; index < count; index++) this.guard.failed(error, 'timeout')
    return error
  }

  /** Nobody goes on waiting for a server that is not there; the call that was the probe neither. */
  #refuseWaiting(): void {
    const refusal = this.#redis.status === 'ready' ? undefined : this.guard.refusal()
    if (refusal !== undefined) failWaiting(this.#redis, refusal, { sent: false })
  }

  #waitsForConnection(): boolean {
    const { offlineQueue, prevCommandQueue } = this.#redis
    return (offlineQueue?.length ?? 0) > 0 || (prevCommandQueue?.length ?? 0) > 0
  }

  #hadNoConnection(silentMs: number): void {
    const error = timedOut(this.#plan.dependency, silentMs, 'connection')
    failWaiting(this.#redis, error, { sent: false })
    this.guard.failed(this.#lastError ?? error, 'timeout')
  }
}
