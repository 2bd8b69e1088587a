import type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, failed, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { type ClientSource, readClient } from './client-source.ts'
import { SingleQuestion } from './until-aborted.ts'
import { type ConnectionTeller, untilConnectionLost } from './until-connection-lost.ts'

/** What is used of a client of Redis or Valkey: `ioredis`, or `redis` (`@redis/client`). */
export interface RedisPinger extends ConnectionTeller {
  ping(): PromiseLike<unknown>
  /** Whether the client of `redis` was asked to connect. */
  readonly isOpen?: boolean
  /** Whether the client of `redis` can send. */
  readonly isReady?: boolean
}

/** States of ioredis in which a command would wait for a connection, perhaps for ever. */
const AWAY: ReadonlySet<string> = new Set(['reconnecting', 'close', 'end'])

/**
 * A check that Redis answers: `PING` on the client's own connection, so what it says is what the service meets. While the
 * client has no connection that is said at once, and nothing is put into its queue; what was asked when a connection of
 * ioredis is lost is not waited for.
 *
 * @param client of `ioredis` or of `redis`, or a function that returns it
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://redis.io/docs/latest/commands/ping/
 *
 * @example
 * service.check(redisCheck(redis, { critical: false }))
 */
export function redisCheck(client: ClientSource<RedisPinger>, options: ReadyCheckOptions = {}): HealthCheckDefinition {
  const question = new SingleQuestion<RedisPinger, unknown>((asked) => untilConnectionLost(asked, () => asked.ping()))
  return defineCheck('redisCheck()', options, (read) => {
    const find = readClient<RedisPinger>(read, client, 'a client of Redis', ['ping'])
    const run = async ({ signal }: HealthCheckContext): Promise<HealthCheckResult> => {
      const redis = find()
      if (redis === undefined) return unhealthy('redis: there is no client yet')
      const away = whyAway(redis)
      if (away !== undefined) return unhealthy(`redis: ${away}`)
      try {
        const answer = await question.ask(redis, signal)
        return answer === 'PONG' || Buffer.isBuffer(answer)
          ? HEALTHY
          : unhealthy('redis: PING was not answered by PONG')
      } catch (error) {
        return failed('redis: PING', error, signal)
      }
    }
    return { name: 'redis', run }
  })
}

function whyAway({ status, isOpen, isReady }: RedisPinger): string | undefined {
  if (status !== undefined) return AWAY.has(status) ? `the client is not connected (${status})` : undefined
  if (isOpen === false) return 'the client was not connected, or is closed'
  return isReady === false ? 'the client is not connected, and tries to' : undefined
}
