/**
 * Redis and Valkey by `redis` (`@redis/client`), which is yours: a client as a resource.
 *
 * @module
 */
import type { ResourceDefinition } from 'seaworthy'
import { prove } from './database/unusable.ts'
import { requireArgument } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { OptionReader } from './options/runtime-checks.ts'
import { isSingle, type RedisClient } from './redis/redis-client.ts'
import { RedisLink } from './redis/redis-link.ts'
import { SeveralConnections } from './redis/several-connections.ts'
import { type RedisAdapterOptions, readRedisOptions } from './redis-protocol/redis-options.ts'

export type { DatabaseBreakerOptions } from './database/database-options.ts'
export type { RedisClient } from './redis/redis-client.ts'

/** What {@link redis} takes besides the client. */
export interface RedisOptions extends RedisAdapterOptions {}

/**
 * A client of `redis` as a resource: built by you, connected at the start and proven by a `PING`, checked by one, and closed
 * at the stop, when what was sent has been answered.
 *
 * While Redis is away, that is one line of the log, and the client dials it again by itself. Commands wait for a moment,
 * only so many of them, and are then refused at once until one goes through again; transactions and pipelines don't wait
 * for a connection. A connection on which nothing is heard any more is replaced. Clients made by `duplicate()` end with it.
 *
 * A pool, a cluster or a sentinel is started, checked and closed in the same way, and its errors have a listener; its
 * commands are not refused, and its connections are its own affair.
 *
 * @example
 * ```ts
 * const cache = service.resource('cache', redis((config) => createClient({ url: config.redis.url }), { critical: false }))
 * ```
 */
export function redis<Config, Client extends RedisClient>(
  client: (config: Config) => Client,
  options: RedisOptions = {},
): ResourceDefinition<Config, Client> {
  const read = new OptionReader(options, 'redis()')
  requireArgument(read, client, 'the first argument, which builds the client,')
  const resolved = readRedisOptions(read)
  read.done()
  const links = new WeakMap<Client, RedisLink | SeveralConnections>()
  return {
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start({ config, log, name, signal }) {
      const opened: Client = requireClient(client(config), {
        from: 'the function given to redis()',
        expected: 'a client of redis that is not connected yet',
        methods: ['on', 'connect', 'close', 'destroy'],
      })
      const plan = { dependency: name, log, options: resolved }
      const link = isSingle(opened) ? await RedisLink.open(opened, plan) : await SeveralConnections.open(opened, plan)
      await prove({
        system: 'Redis',
        guard: link.guard,
        signal,
        ask: () => link.prove(signal),
        close: () => link.abandon(),
      })
      links.set(opened, link)
      return opened
    },
    check: (opened, { signal }) => links.get(opened)?.check(signal),
    stop: (opened, context) => links.get(opened)?.stop(context),
  }
}
