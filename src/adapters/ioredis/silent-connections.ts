import type { Clock } from 'seaworthy'
import { isBlocking } from '../redis-protocol/redis-replies.ts'
import { SilenceWatch } from '../redis-protocol/silence-watch.ts'
import type { IoredisInternals } from './ioredis-client.ts'

/** Whose connections are replaced when they are silent, and when that is. */
export interface SilentPlan {
  readonly clock: Clock
  readonly limitMs: number | undefined
  readonly redis: IoredisInternals
  /** A connection is silent, and so many commands wait for its answers. @returns what they fail with */
  readonly onSilent: (silentMs: number, waiting: number) => Error
}

/**
 * Replaces connections of a client on which nothing is heard although commands wait: the other side may be frozen, or gone
 * without a word, which TCP notices after a quarter of an hour. Redis answers in the order in which it was asked, so what
 * waits behind a command that is not answered waits in vain, too.
 */
export class SilentConnections {
  readonly watch: SilenceWatch
  readonly #plan: SilentPlan
  #isCut = false
  #last: unknown = undefined

  constructor(plan: SilentPlan) {
    this.#plan = plan
    const { clock, limitMs } = plan
    this.watch = new SilenceWatch({
      clock,
      limitMs,
      waitsFor: () => this.#oldest(),
      onSilence: (silentMs) => this.#cut(silentMs),
    })
  }

  /** Whether the connection that was closed last was closed here. */
  takeCut(): boolean {
    const isCut = this.#isCut
    this.#isCut = false
    return isCut
  }

  end(): void {
    this.watch.end()
  }

  #connections(): readonly IoredisInternals[] {
    const { redis } = this.#plan
    return redis.isCluster === true ? (redis.nodes?.('all') ?? []) : [redis]
  }

  /** The command that has waited longest; of a cluster, that of the first node that has not answered since the last look. */
  #oldest(): unknown {
    let found: unknown
    for (const connection of this.#connections()) {
      const first = connection.commandQueue?.peekFront()
      if (first === undefined || isBlocking(first.command.name)) continue
      if (first === this.#last) return first
      found ??= first
    }
    this.#last = found
    return found
  }

  #cut(silentMs: number): void {
    for (const connection of this.#connections()) {
      const { commandQueue } = connection
      const first = commandQueue?.peekFront()
      if (first === undefined || first !== this.#last || commandQueue === undefined) continue
      const error = this.#plan.onSilent(silentMs, commandQueue.length)
      this.#isCut = connection === this.#plan.redis
      failWaiting(connection, error, { sent: true })
      // To disconnect would be to wait for the other side to close it.
      if (connection.stream) connection.stream.destroy()
      else connection.disconnect(true)
    }
  }
}

/** Fails what waits for a connection and, with `sent`, what waits for an answer; none of it is sent again. */
export function failWaiting(redis: IoredisInternals, error: Error, { sent }: { readonly sent: boolean }): void {
  redis.flushQueue?.(error, { offlineQueue: !sent, commandQueue: sent })
  const queue = redis.prevCommandQueue
  for (let item = queue?.shift(); item !== undefined; item = queue?.shift()) item.command.reject(error)
}
