/**
 * PostgreSQL by the package `pg`, which is yours: a pool as a resource, and LISTEN as a consumer.
 *
 * @module
 */
import type { ComponentContext, ConsumerDefinition, Needs, ResourceDefinition, Values } from 'seaworthy'
import { KeptLink } from './consuming/kept-link.ts'
import { WorkInHand } from './consuming/work-in-hand.ts'
import { type DatabaseBreakerOptions, readDatabaseBreaker } from './database/database-options.ts'
import { prove, unusable } from './database/unusable.ts'
import { readNames, readOptions, requireArgument } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { OptionReader } from './options/runtime-checks.ts'
import { NotificationQueue } from './postgres/notification-queue.ts'
import type { PostgresClient, PostgresNotification, PostgresPool } from './postgres/pg-client.ts'
import { PoolWatch } from './postgres/pool-watch.ts'
import { PostgresSubscription } from './postgres/postgres-subscription.ts'

export type { DatabaseBreakerOptions } from './database/database-options.ts'
export type { PostgresClient, PostgresErrors, PostgresNotification, PostgresPool } from './postgres/pg-client.ts'

/** What {@link postgres} takes besides the pool. */
export interface PostgresOptions {
  /** Whether the service is not ready while the database can't be reached. @default true */
  readonly critical?: boolean
  /**
   * When queries are refused at once, with `SEA_POLICY_CIRCUIT_OPEN`, because no connection can be had. `false`: never.
   *
   * @default after 5 failures in a row, for a second each time
   */
  readonly breaker?: false | DatabaseBreakerOptions
}

/**
 * A pool of connections to PostgreSQL as a resource: proven at the start, checked by a query, and closed at the stop,
 * which waits for clients that are checked out, as long as there is time.
 *
 * The pool stays the object that you have built, so it goes to Kysely, Drizzle or whatever takes a `Pool`. While the
 * database can't be reached, queries fail at once and one connection a second is tried; connections that break, idle or
 * in use, are told of once an outage, rather than an uncaught exception. Queries within a trace have their span, and all
 * are measured. A connection that has no answer after 10 s is given up, unless the pool's `connectionTimeoutMillis` says
 * otherwise; queries have the time that its `query_timeout` and `statement_timeout` give them.
 *
 * @param pool called at each attempt to start: build the pool there
 * @see https://node-postgres.com/apis/pool
 *
 * @example
 * ```ts
 * const db = service.resource('database', postgres((config) => new Pool({ connectionString: config.database.url })))
 * ```
 */
export function postgres<Config, Pool extends PostgresPool>(
  pool: (config: Config) => Pool,
  options: PostgresOptions = {},
): ResourceDefinition<Config, Pool> {
  const read = new OptionReader(options, 'postgres()')
  requireArgument(read, pool, 'the first argument, which builds the pool,')
  read.boolean('critical', { fallback: true })
  const breaker = readDatabaseBreaker(read)
  read.done()
  return {
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start({ config, log, name, signal }) {
      const opened = requireClient(pool(config), {
        from: 'the function given to postgres()',
        expected: 'a Pool of pg',
        methods: ['on', 'query', 'end'],
      })
      const watched = await PoolWatch.begin(opened, { name, log, breaker })
      await prove({
        system: 'PostgreSQL',
        code: 'SEA_POSTGRES_UNUSABLE',
        guard: watched.guard,
        signal,
        ask: () => opened.query('SELECT 1'),
        close: () => watched.end(),
      })
      return opened
    },
    check: (opened, { signal }) => PoolWatch.of(opened).check(signal),
    stop: (opened, context) => PoolWatch.of(opened).stop(context),
  }
}

/** How notifications are listened to. */
export interface PgListenerOptions<Config, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /**
   * Builds a client that nothing else uses, not connected: `({ config }) => new Client(config.database.url)`. Called again
   * whenever the connection is lost. Behind PgBouncer it has to go past it, or to a pool in session mode.
   */
  readonly client: (context: Values<N> & ComponentContext<Config>) => PostgresClient
  /** The channels. */
  readonly channels: readonly string[]
  /** Handles a notification. Its `signal` is aborted at the soft deadline of a shutdown. */
  readonly handle: (notification: PostgresNotification, context: Values<N> & ComponentContext<Config>) => unknown
  /**
   * Called each time the channels are listened to, the first time included: whatever was sent before has been missed.
   *
   * @default nothing: what is sent while nobody listens is lost
   */
  readonly catchUp?: (context: Values<N> & ComponentContext<Config>) => unknown
  /**
   * Notifications that are handled at the same time: 1 to 1,000.
   *
   * @default 1: in the order in which they were sent
   */
  readonly concurrency?: number
  /** Whether the service is not ready while the connection is lost. @default false: other requests may be answered */
  readonly critical?: boolean
}

const CLIENT = {
  from: '"client" of pgListener()',
  expected: 'a Client of pg',
  methods: ['on', 'connect', 'query', 'end'],
}

/** A listener of a running service. */
export interface RunningPgListener {
  readonly link: KeptLink<PostgresSubscription>
  readonly hand: WorkInHand
}

/**
 * LISTEN as a consumer. At the announcement of a shutdown it stops listening; notifications that have arrived are handled
 * to the end. A connection that is lost is opened again, with growing pauses; until then the check fails.
 *
 * PostgreSQL keeps notifications for nobody: what is sent while the connection is lost, and what is not handled in the
 * time of a shutdown, is gone. Take them as a hint to look into a table, and look there in `catchUp`, too.
 *
 * @example
 * ```ts
 * service.consumer('orders', pgListener({
 *   needs: { db },
 *   client: ({ config }) => new Client(config.database.url),
 *   channels: ['orders'],
 *   handle: async (_notification, { db }) => await workOff(db),
 *   catchUp: async ({ db }) => await workOff(db),
 * }))
 * ```
 */
export function pgListener<Config, N extends Needs = Record<never, never>>(
  options: PgListenerOptions<Config, N>,
): ConsumerDefinition<Config, RunningPgListener, N> {
  const read = readOptions('pgListener()', options, { required: ['client', 'handle'], optional: ['catchUp'] })
  read.boolean('critical', { fallback: false })
  const channels = readNames(read, 'channels')
  const concurrency = read.integer('concurrency', { fallback: 1, min: 1, max: 1000 })
  read.done()
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    critical: options.critical ?? false,
    async start(context) {
      const { log, work } = context
      const hand = new WorkInHand(work)
      const { catchUp, handle } = options
      const queue = new NotificationQueue({ hand, log, concurrency })
      const link = await KeptLink.open<PostgresSubscription>({
        name: 'PostgreSQL',
        log,
        open: async (onLost) =>
          await PostgresSubscription.open(requireClient(options.client(context), CLIENT), {
            channels,
            onLost,
            onNotification: (notification) =>
              queue.add(notification.channel, ({ signal }) => handle(notification, { ...context, signal })),
            onListening: () => {
              if (catchUp !== undefined) queue.add('catch up', ({ signal }) => catchUp({ ...context, signal }))
            },
          }),
        close: (subscription) => subscription.close(),
        cut: (subscription) => subscription.cut(),
      }).catch((error: unknown) => {
        throw unusable('PostgreSQL', error, 'SEA_POSTGRES_UNUSABLE')
      })
      return { link, hand }
    },
    pause({ link, hand }) {
      link.keepNoMore()
      return hand.pause(() => link.current?.unlisten())
    },
    async check({ link }, { signal }) {
      // A connection may be dead without a word, and nothing is ever sent on it that would find out.
      const giveUp = (): void => link.drop(new Error('the connection did not answer a query'))
      signal.addEventListener('abort', giveUp, { once: true })
      try {
        await link.ask((subscription) => subscription.ping())
      } finally {
        signal.removeEventListener('abort', giveUp)
      }
    },
    async stop({ link, hand }, context) {
      hand.giveBack()
      await hand.whenSettled()
      await link.end(context)
    },
  }
}
