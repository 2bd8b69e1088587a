/**
 * RabbitMQ by `amqplib`: a consumer, and a publisher that waits for confirms. The package is yours: you connect.
 *
 * @module
 */
import type { ComponentContext, ConsumerDefinition, Duration, Needs, ResourceDefinition, Values } from 'seaworthy'
import type { AmqpChannel, AmqpConfirmConnection, AmqpConnection, AmqpMessage } from './amqplib/amqplib-client.ts'
import { AmqpSubscription } from './amqplib/amqp-subscription.ts'
import { AmqpPublisher } from './amqplib/amqp-publisher.ts'
import { KeptLink } from './consuming/kept-link.ts'
import { WorkInHand } from './consuming/work-in-hand.ts'
import { readOptions } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'

export type {
  AmqpChannel,
  AmqpConfirmChannel,
  AmqpConfirmConnection,
  AmqpConnection,
  AmqpMessage,
} from './amqplib/amqplib-client.ts'
export { AmqpPublisher }

/** How messages of a queue are consumed. */
export interface AmqpOptions<Config, Message extends AmqpMessage, Channel extends AmqpChannel, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /** Connects: `({ config }) => amqplib.connect(config.amqp.url)`. Called again whenever the connection is lost. */
  readonly connect: (context: Values<N> & ComponentContext<Config>) => PromiseLike<AmqpConnection<Channel>>
  /** The queue. */
  readonly queue: string | ((config: Config) => string)
  /** Declares what has to be there, such as the queue, at each connection. @default nothing: the queue is there */
  readonly setup?: (channel: Channel, context: Values<N> & ComponentContext<Config>) => unknown
  /**
   * Messages in flight at the same time: 1 to 65,535. As many are taken from the queue before they are acknowledged.
   *
   * @default 10: enough to hide the way to the broker, few enough to give back at a stop
   */
  readonly prefetch?: number
  /**
   * Handles a message: it is acknowledged when this resolves. Its `signal` is aborted at the soft deadline of a shutdown;
   * a message whose handling then rejects goes back to the queue.
   */
  readonly handle: (
    message: Message,
    context: Values<N> & ComponentContext<Config> & { readonly channel: Channel },
  ) => unknown
  /**
   * What happens to a message whose handling rejects: `requeue` puts it back after {@link retryDelay}, so that none is
   * lost, and a queue with a delivery limit takes it out in the end; `reject` hands it to the queue's dead-letter
   * exchange, and **drops it when the queue has none**.
   *
   * @default "requeue"
   */
  readonly onFailure?: 'requeue' | 'reject'
  /**
   * How long a message whose handling rejected is held before it is put back, 0 to 5 minutes. Meanwhile it takes one of
   * the places of {@link prefetch}, so that a queue of nothing but failures is not a busy loop.
   *
   * @default "1s"
   */
  readonly retryDelay?: Duration
  /** Whether the service is not ready while RabbitMQ can't be reached. @default false: other requests may be answered */
  readonly critical?: boolean
}

const MAX_RETRY_DELAY_MS = 300_000

const CONNECTION = { expected: 'a connection of amqplib', methods: ['on', 'createChannel', 'close'] }

/** A consumer of a running service. */
export interface RunningAmqpConsumer {
  readonly link: KeptLink<AmqpSubscription>
  readonly hand: WorkInHand
}

/**
 * A queue of RabbitMQ as a consumer. At the announcement of a shutdown it is cancelled, and what was already under way
 * goes back; messages in flight are handled and acknowledged; what does not end in its time is put back for another
 * consumer. A connection that is lost is opened again, with growing pauses; until then the check fails.
 *
 * @example
 * ```ts
 * service.consumer('orders', amqp({
 *   connect: ({ config }) => amqplib.connect(config.amqp.url),
 *   queue: 'orders',
 *   setup: (channel) => channel.assertQueue('orders', { durable: true }),
 *   handle: async (message, { signal }) => await book(JSON.parse(message.content.toString()), { signal }),
 * }))
 * ```
 */
export function amqp<
  Config,
  Message extends AmqpMessage = AmqpMessage,
  Channel extends AmqpChannel = AmqpChannel,
  N extends Needs = Record<never, never>,
>(options: AmqpOptions<Config, Message, Channel, N>): ConsumerDefinition<Config, RunningAmqpConsumer, N> {
  const read = readOptions('amqp()', options, { required: ['connect', 'handle'], optional: ['setup'] })
  read.boolean('critical', { fallback: false })
  if (typeof read.value('queue') !== 'function') read.text('queue')
  const prefetch = read.integer('prefetch', { fallback: 10, min: 1, max: 65_535 })
  const onFailure = read.oneOf('onFailure', ['requeue', 'reject'], { fallback: 'requeue' })
  const retryDelayMs = read.duration('retryDelay', { fallback: 1000, max: MAX_RETRY_DELAY_MS })
  read.done()
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    critical: options.critical ?? false,
    async start(context) {
      const { log, config, work } = context
      const hand = new WorkInHand(work)
      const { queue } = options
      const name = typeof queue === 'function' ? queue(config) : queue
      const link = await KeptLink.open<AmqpSubscription>({
        name: 'RabbitMQ',
        log,
        open: async (onLost) =>
          await AmqpSubscription.open({
            connect: async () =>
              requireClient(await options.connect(context), { ...CONNECTION, from: '"connect" of amqp()' }),
            setup: async (channel) => await options.setup?.(channel, context),
            handle: async (message: Message, { signal, channel }) =>
              await options.handle(message, { ...context, signal, channel }),
            queue: name,
            prefetch,
            requeues: onFailure === 'requeue',
            retryDelayMs,
            hand,
            log,
            onLost,
          }),
        close: (subscription) => subscription.close(),
        cut: (subscription) => subscription.cut(),
      })
      return { link, hand }
    },
    pause({ link, hand }) {
      // A connection that is lost now stays lost: a new one would only get what has to go back at once.
      link.keepNoMore()
      return hand.pause(() => link.current?.cancel())
    },
    check: ({ link }) => link.ask((subscription) => subscription.ping()),
    async stop({ link, hand }, context) {
      hand.giveBack()
      await hand.whenSettled()
      await link.end(context)
    },
  }
}

/** How messages are published. */
export interface AmqpPublisherOptions<Config, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /** Connects: `({ config }) => amqplib.connect(config.amqp.url)`. Called again whenever the connection is lost. */
  readonly connect: (context: Values<N> & ComponentContext<Config>) => PromiseLike<AmqpConfirmConnection>
  /** Whether the service is not ready while RabbitMQ can't be reached. @default true, as of any resource */
  readonly critical?: boolean
}

/**
 * A publisher of RabbitMQ as a resource: `publish` resolves when the broker has confirmed the message. At the stop it
 * waits for confirms that are outstanding, then closes.
 *
 * @example
 * ```ts
 * const events = service.resource('events', amqpPublisher({ connect: ({ config }) => amqplib.connect(config.amqp.url) }))
 * ```
 */
export function amqpPublisher<Config, N extends Needs = Record<never, never>>(
  options: AmqpPublisherOptions<Config, N>,
): ResourceDefinition<Config, AmqpPublisher, N> {
  const read = readOptions('amqpPublisher()', options, { required: ['connect'] })
  read.boolean('critical', { fallback: true })
  read.done()
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    start: (context) =>
      AmqpPublisher.open({
        connect: async () =>
          requireClient(await options.connect(context), {
            expected: CONNECTION.expected,
            from: '"connect" of amqpPublisher()',
            methods: ['on', 'createConfirmChannel', 'close'],
          }),
        log: context.log,
      }),
    check: (publisher) => publisher.check(),
    stop: (publisher, context) => publisher.close(context),
  }
}
