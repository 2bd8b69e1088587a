/**
 * Redis and Valkey by `ioredis`, which is yours: a client as a resource.
 *
 * @module
 */
import type { ResourceDefinition } from 'seaworthy'
import { prove } from './database/unusable.ts'
import type { IoredisClient } from './ioredis/ioredis-client.ts'
import { IoredisLink } from './ioredis/ioredis-link.ts'
import { requireArgument } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { OptionReader } from './options/runtime-checks.ts'
import { type RedisAdapterOptions, readRedisOptions } from './redis-protocol/redis-options.ts'

export type { DatabaseBreakerOptions } from './database/database-options.ts'
export type { IoredisClient } from './ioredis/ioredis-client.ts'

/** What {@link ioredis} takes besides the client. */
export interface IoredisOptions extends RedisAdapterOptions {}

/**
 * A client of `ioredis` as a resource: a `Redis`, also one that finds its server by sentinels, or a `Cluster`. Proven by a
 * `PING` at the start, checked by one, and closed at the stop, when what was sent has been answered.
 *
 * While Redis is away, that is one line of the log, and the client dials it again by itself, less and less often. Commands
 * wait for a moment, only so many of them, and are then refused at once until one goes through again. A connection on
 * which nothing is heard any more is replaced. Connections made by `duplicate()` end with the client.
 *
 * @example
 * ```ts
 * const cache = service.resource('cache', ioredis((config) => new Redis(config.redis.url), { critical: false }))
 * ```
 */
export function ioredis<Config, Client extends IoredisClient>(
  client: (config: Config) => Client,
  options: IoredisOptions = {},
): ResourceDefinition<Config, Client> {
  const read = new OptionReader(options, 'ioredis()')
  requireArgument(read, client, 'the first argument, which builds the client,')
  const resolved = readRedisOptions(read)
  read.done()
  const links = new WeakMap<Client, IoredisLink>()
  return {
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start({ config, log, name, signal }) {
      const redis = requireClient(client(config), {
        from: 'the function given to ioredis()',
        expected: 'a Redis or a Cluster of ioredis',
        methods: ['on', 'connect', 'ping', 'quit', 'disconnect', 'sendCommand'],
      })
      const link = await IoredisLink.open(redis, { dependency: name, log, options: resolved })
      await prove({
        system: 'Redis',
        guard: link.guard,
        signal,
        ask: () => link.prove(signal),
        close: () => link.abandon(),
      })
      links.set(redis, link)
      return redis
    },
    check: (redis, { signal }) => links.get(redis)?.check(signal),
    stop: (redis, context) => links.get(redis)?.stop(context),
  }
}
