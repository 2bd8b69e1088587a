import { type Clock, type HealthCheckResult, type Log, systemClock } from 'seaworthy'
import { DatabaseGuard } from '../database/database-guard.ts'
import type { ResolvedDatabaseBreaker } from '../database/database-options.ts'
import { stopLimit, type StopContext } from '../database/stop-limit.ts'
import { proofLimit, untilAborted } from '../database/unusable.ts'
import { isReachable, type MongoClientLike, type MongoInternals, type TopologyDescription } from './mongo-client.ts'
import { publishCommands } from './publish-commands.ts'
import { ServerGate } from './server-gate.ts'

/** How a client is taken into care. */
export interface LinkPlan {
  readonly dependency: string
  readonly log: Log
  readonly breaker: ResolvedDatabaseBreaker | false
  readonly maxWaiting: number
  /** @default the real time */
  readonly clock?: Clock
}

interface HeartbeatFailed {
  readonly failure: unknown
}

interface TopologyChanged {
  readonly newDescription: TopologyDescription
}

/**
 * A client of MongoDB in the care of a service. The driver asks each server every ten seconds whether it is there, and at
 * once when a connection breaks: what it finds out is what is known here.
 */
export class MongoLink {
  readonly guard: DatabaseGuard
  readonly #client: MongoInternals
  #gate: ServerGate | undefined = undefined
  readonly #plan: LinkPlan
  #description: TopologyDescription | undefined = undefined
  #isReachable = false
  #isHeard = true
  #mark = 0
  #lastError: unknown = undefined
  #openPing: Promise<unknown> | undefined = undefined

  private constructor(client: MongoInternals, plan: LinkPlan, guard: DatabaseGuard) {
    this.#client = client
    this.#plan = plan
    this.guard = guard
    client.on('error', (error: unknown) => void (this.#lastError = error))
    client.on('serverHeartbeatSucceeded', () => this.#hear())
    client.on('serverHeartbeatFailed', ({ failure }: HeartbeatFailed) => this.#heartbeatFailed(failure))
    client.on('topologyDescriptionChanged', ({ newDescription }: TopologyChanged) => this.#changed(newDescription))
    guard.onRefusing(() => void (this.#isHeard = false))
    if (client.options?.monitorCommands === true) publishCommands(client)
  }

  static async open(client: MongoClientLike, plan: LinkPlan): Promise<MongoLink> {
    const guard = await DatabaseGuard.open({
      system: 'MongoDB',
      systemName: 'mongodb',
      dependency: plan.dependency,
      log: plan.log,
      breaker: plan.breaker,
      clock: plan.clock ?? systemClock,
    })
    return new MongoLink(client, plan, guard)
  }

  /** Resolves when a server has answered. */
  async prove(signal: AbortSignal): Promise<void> {
    const limit = proofLimit(signal)
    try {
      await untilAborted(limit, this.#client.connect())
      await untilAborted(limit, this.#ping())
    } catch (error) {
      // Time that is over says less than why it was not enough.
      throw limit.aborted ? (this.#lastError ?? error) : error
    }
    this.#gate = ServerGate.of(this.#client, {
      guard: this.guard,
      dependency: this.#plan.dependency,
      maxWaiting: this.#plan.maxWaiting,
      isReachable: () => this.#isReachable,
      isHeard: () => this.#isHeard,
    })
  }

  async check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    return await this.guard.check(signal, async () => {
      const description = this.#description
      if (description !== undefined && !this.#isReachable)
        return { status: 'unhealthy', message: `no server can be reached${because(this.#lastError)}` }
      await (this.#openPing ??= this.#begin())
      if (description?.type === 'ReplicaSetNoPrimary')
        return { status: 'degraded', message: 'there is no primary: nothing can be written' }
      return undefined
    })
  }

  async stop(context: StopContext): Promise<void> {
    this.guard.close()
    this.#gate?.end()
    await untilAborted(stopLimit(context), this.#client.close()).catch(() => {})
  }

  /** One is under way at most: who joins it, and a server that is silent for an hour gets one. */
  async #begin(): Promise<unknown> {
    try {
      const answer = await this.#ping()
      this.#hear()
      return answer
    } finally {
      this.#openPing = undefined
    }
  }

  async #ping(): Promise<unknown> {
    return await this.#client.db('admin').command({ ping: 1 })
  }

  #hear(): void {
    this.#isHeard = true
    this.guard.answered()
  }

  #heartbeatFailed(failure: unknown): void {
    this.#lastError = failure
    // Of a set, another one may be there. The first failure of the last one is told by what follows from it.
    if (!this.#isReachable) this.guard.failed(failure, isTimeout(failure) ? 'timeout' : 'connect')
  }

  #changed(description: TopologyDescription): void {
    const was = this.#isReachable
    this.#description = description
    this.#isReachable = isReachable(description)
    if (was && !this.#isReachable) {
      this.#lastError = errorOf(description) ?? this.#lastError
      this.guard.lost(this.#lastError ?? new Error('no server can be reached'), this.#mark)
    } else if (!was && this.#isReachable) {
      this.#lastError = undefined
      this.#hear()
      this.#mark = this.guard.mark
    }
  }
}

function errorOf({ servers }: TopologyDescription): unknown {
  for (const { error } of servers.values()) if (error !== undefined && error !== null) return error
  return undefined
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'MongoNetworkTimeoutError'
}

/** A name or a code rather than a message, which may say more than it should. */
function because(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code } = (error.cause ?? error) as { readonly code?: unknown }
  return `, the last error was ${typeof code === 'string' ? code : error.name}`
}
