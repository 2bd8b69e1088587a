import type { DialPace } from '../redis-protocol/dial-pace.ts'
import type { IoredisInternals, IoredisSettings } from './ioredis-client.ts'

/**
 * Has a client dial at our pace, where it has no `retryStrategy` of the user: that of version 5 knows no chance. A cluster
 * is dialled no sooner than that.
 */
export function paceDials(redis: IoredisInternals, pace: DialPace): void {
  const { options } = redis
  if (options === undefined) return
  const { retryStrategy, clusterRetryStrategy } = options
  if (redis.isCluster === true) {
    if (typeof clusterRetryStrategy !== 'function') return
    options.clusterRetryStrategy = (times, reason) => {
      const pauseMs = clusterRetryStrategy(times, reason)
      return typeof pauseMs === 'number' ? Math.max(pauseMs, pace.next()) : pauseMs
    }
  } else if (typeof retryStrategy === 'function' && retryStrategy === defaultOf(redis)) {
    options.retryStrategy = () => pace.next()
  }
}

/** That of a client like it whose user has said nothing; the client itself does not tell. */
function defaultOf(redis: IoredisInternals): IoredisSettings['retryStrategy'] {
  const other = redis.duplicate?.({ lazyConnect: true, retryStrategy: undefined })
  const strategy = other?.options?.retryStrategy
  other?.disconnect()
  return strategy
}
