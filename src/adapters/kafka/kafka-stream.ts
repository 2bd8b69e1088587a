import type { ComponentContext, ConsumerDefinition, Needs, Values } from 'seaworthy'
import { KeptLink } from '../consuming/kept-link.ts'
import { WorkInHand } from '../consuming/work-in-hand.ts'
import { readOptions } from '../options/read-options.ts'
import { requireClient } from '../options/require-client.ts'
import type { KafkaStreamMessage, OpenKafkaStream } from './stream-client.ts'
import { StreamReader } from './stream-reader.ts'

/** How a stream of messages is consumed. */
export interface KafkaStreamOptions<Config, Message extends KafkaStreamMessage, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /**
   * Opens a consumer and its stream, with `autocommit: false`: a message is committed when it has been handled. Called
   * again when the stream has ended by itself.
   */
  readonly open: (context: Values<N> & ComponentContext<Config>) => Promise<OpenKafkaStream<Message>>
  /**
   * Handles a message, one after another; it is committed when this resolves. A message whose handling rejects is handled
   * again, after a second and then after up to half a minute, because no later one may be committed over it. Its `signal`
   * is aborted at the soft deadline of a shutdown; it is then left to the next owner of its partition.
   */
  readonly eachMessage: (message: Message, context: Values<N> & ComponentContext<Config>) => unknown
  /** Whether the service is not ready while there is no stream. @default false: other requests may be answered */
  readonly critical?: boolean
}

/** A stream of a running service. */
export interface RunningKafkaStream {
  readonly link: KeptLink<StreamReader>
  readonly hand: WorkInHand
}

/**
 * A stream of `@platformatic/kafka` as a consumer. At the announcement of a shutdown nothing more is read, and what the
 * stream has fetched ahead is left to others; the message in flight is handled and committed, then the group is left.
 *
 * @example
 * ```ts
 * service.consumer('orders', kafkaStream({
 *   async open({ config }) {
 *     const consumer = new Consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers: config.kafka.brokers })
 *     return { consumer, stream: await consumer.consume({ topics: ['orders'], autocommit: false }) }
 *   },
 *   eachMessage: async (message, { signal }) => await book(message.value, { signal }),
 * }))
 * ```
 */
export function kafkaStream<
  Config,
  Message extends KafkaStreamMessage = KafkaStreamMessage,
  N extends Needs = Record<never, never>,
>(options: KafkaStreamOptions<Config, Message, N>): ConsumerDefinition<Config, RunningKafkaStream, N> {
  const read = readOptions('kafkaStream()', options, { required: ['open', 'eachMessage'] })
  read.boolean('critical', { fallback: false })
  read.done()
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    critical: options.critical ?? false,
    async start(context) {
      const { log, work } = context
      const hand = new WorkInHand(work)
      const link = await KeptLink.open<StreamReader>({
        name: 'Kafka',
        log,
        open: async (onLost) =>
          StreamReader.open(requireBoth(await options.open(context)), {
            hand,
            log,
            onLost,
            handle: async (message: Message, { signal }) => await options.eachMessage(message, { ...context, signal }),
          }),
        close: (reader) => reader.close(),
      })
      return { link, hand }
    },
    pause: ({ link, hand }) => hand.pause(() => link.end()),
    giveBack: ({ hand }) => hand.beLate(),
    check: ({ link }) => void link.requireOpen(),
    async stop({ link, hand }) {
      hand.giveBack()
      await hand.whenSettled()
      await link.end()
    },
  }
}

function requireBoth<Opened extends OpenKafkaStream<unknown>>(opened: Opened): Opened {
  const { stream, consumer } = (opened ?? {}) as Partial<OpenKafkaStream<unknown>>
  const from = '"open" of kafkaStream()'
  requireClient(stream, { from, expected: '{ consumer, stream } with a stream of messages', methods: ['close'] })
  requireClient(consumer, {
    from,
    expected: '{ consumer, stream } with the consumer of the stream',
    methods: ['close'],
  })
  return opened
}
