/**
 * MongoDB by `mongodb`, which is yours: a client as a resource.
 *
 * @module
 */
import type { ResourceDefinition } from 'seaworthy'
import { type DatabaseBreakerOptions, readDatabaseBreaker } from './database/database-options.ts'
import { prove } from './database/unusable.ts'
import type { MongoClientLike } from './mongodb/mongo-client.ts'
import { MongoLink } from './mongodb/mongo-link.ts'
import { requireArgument } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { OptionReader } from './options/runtime-checks.ts'

export type { DatabaseBreakerOptions } from './database/database-options.ts'
export type { MongoClientLike } from './mongodb/mongo-client.ts'

/** What {@link mongodb} takes besides the client. */
export interface MongodbOptions {
  /** Whether the service is not ready while no server can be reached. @default true */
  readonly critical?: boolean
  /**
   * When operations are refused at once, with `SEA_POLICY_CIRCUIT_OPEN`, because no server can be reached. `false`: never.
   *
   * @default after 5 failures in a row, for a second each time
   */
  readonly breaker?: false | DatabaseBreakerOptions
  /**
   * Operations that may wait for a server while none can be reached: 1 to 1,000,000. The next one fails with
   * `SEA_DATABASE_QUEUE_FULL`.
   *
   * @default 1,000: the driver lets any number wait, for half a minute each
   */
  readonly maxWaiting?: number
}

/**
 * A client of MongoDB as a resource: connected at the start and proven by a `ping`, checked by one, and closed at the stop.
 *
 * The driver watches its servers by itself, and dials them again. While none can be reached, that is one line of the log,
 * and operations are refused at once until one goes through again. A set without a primary is *degraded*.
 *
 * With `monitorCommands: true` in the options of the client, commands within a trace have their span, and all are measured;
 * the driver copies each command and each answer for it.
 *
 * @example
 * ```ts
 * const db = service.resource('database', mongodb((config) => new MongoClient(config.mongo.url, { timeoutMS: 5000 })))
 * ```
 */
export function mongodb<Config, Client extends MongoClientLike>(
  client: (config: Config) => Client,
  options: MongodbOptions = {},
): ResourceDefinition<Config, Client> {
  const read = new OptionReader(options, 'mongodb()')
  requireArgument(read, client, 'the first argument, which builds the client,')
  read.boolean('critical', { fallback: true })
  const breaker = readDatabaseBreaker(read)
  const maxWaiting = read.integer('maxWaiting', { fallback: 1_000, min: 1, max: 1_000_000 })
  read.done()
  const links = new WeakMap<Client, MongoLink>()
  return {
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start({ config, log, name, signal }) {
      const opened = requireClient(client(config), {
        from: 'the function given to mongodb()',
        expected: 'a MongoClient of mongodb',
        methods: ['on', 'connect', 'close', 'db'],
      })
      const link = await MongoLink.open(opened, { dependency: name, log, breaker, maxWaiting })
      await prove({
        system: 'MongoDB',
        guard: link.guard,
        signal,
        ask: () => link.prove(signal),
        close: () => opened.close(),
      })
      links.set(opened, link)
      return opened
    },
    check: (opened, { signal }) => links.get(opened)?.check(signal),
    stop: (opened, context) => links.get(opened)?.stop(context),
  }
}
