import { type HealthCheckResult, systemClock } from 'seaworthy'
import { DatabaseGuard } from '../database/database-guard.ts'
import { stopLimit, type StopContext } from '../database/stop-limit.ts'
import { untilAborted } from '../database/unusable.ts'
import { RedisHealth } from '../redis-protocol/redis-health.ts'
import { isAnswer } from '../redis-protocol/redis-replies.ts'
import { destroyClient } from './destroy-client.ts'
import type { RedisClient } from './redis-client.ts'
import type { LinkPlan } from './redis-link.ts'

interface ManyClient extends RedisClient {
  ping?(): Promise<unknown>
}

/**
 * A pool, a cluster or a sentinel of `redis` in the care of a service. Each looks after its own connections, and nothing can
 * be put around their commands; so there is no circuit, and what is silent is left to them.
 */
export class SeveralConnections {
  readonly guard: DatabaseGuard
  readonly #client: ManyClient
  readonly #health = new RedisHealth(systemClock)
  #lastError: unknown = undefined

  private constructor(client: ManyClient, guard: DatabaseGuard) {
    this.#client = client
    this.guard = guard
    client.on('error', (error) => {
      this.#lastError = error
      guard.failed(error, 'lost')
    })
  }

  static async open(client: RedisClient, { dependency, log }: LinkPlan): Promise<SeveralConnections> {
    const keep = (): void => {}
    client.on('error', keep)
    const plan = { system: 'Redis', systemName: 'redis', dependency, log, breaker: false, isAnswer } as const
    return new SeveralConnections(client, await DatabaseGuard.open(plan))
  }

  /** Resolves when Redis has answered. */
  async prove(signal: AbortSignal): Promise<void> {
    try {
      if (!this.#client.isOpen) await untilAborted(signal, this.#client.connect())
      await untilAborted(signal, this.#ping())
    } catch (error) {
      throw signal.aborted ? (this.#lastError ?? error) : error
    }
  }

  async check(signal: AbortSignal): Promise<HealthCheckResult | undefined> {
    return await this.guard.check(signal, async () => {
      const result = await this.#health.ask(() => this.#ping(), 0)
      this.guard.answered()
      return result
    })
  }

  async stop(context: StopContext): Promise<void> {
    const limit = stopLimit(context)
    const client = this.#client
    this.guard.close()
    if (!limit.aborted && client.isOpen) await untilAborted(limit, client.close()).catch(() => {})
    destroyClient(client)
  }

  async abandon(): Promise<void> {
    await this.stop({ signal: AbortSignal.abort() })
  }

  async #ping(): Promise<unknown> {
    return await this.#client.ping?.()
  }
}
