/**
 * Kafka consumers as consumers of a service: `kafka` for clients with the interface of kafkajs (kafkajs itself,
 * `@confluentinc/kafka-javascript`, the compatibility layer of `@platformatic/kafka`), `kafkaStream` for the streams of
 * `@platformatic/kafka`. The package is yours: you build the client.
 *
 * @module
 */
import type { ComponentContext, ConsumerDefinition, Needs, Values } from 'seaworthy'
import { WorkInHand } from './consuming/work-in-hand.ts'
import { readNames, readOptions } from './options/read-options.ts'
import { requireClient } from './options/require-client.ts'
import { givenBack } from './kafka/given-back.ts'
import { leaveGroup } from './kafka/leave-group.ts'
import { watchCrash } from './kafka/watch-crash.ts'

export { kafkaStream, type KafkaStreamOptions, type RunningKafkaStream } from './kafka/kafka-stream.ts'
export type { KafkaStream, KafkaStreamMessage, OpenKafkaStream } from './kafka/stream-client.ts'

/** What is needed of a message that `eachMessage` gets. */
export interface KafkaPayload {
  readonly topic: string
  readonly partition: number
}

/** What is needed of a consumer with the interface of kafkajs. */
export interface KafkaConsumer<Payload> {
  connect(): Promise<unknown>
  subscribe(subscription: { topics: string[]; fromBeginning?: boolean }): Promise<unknown>
  run(options: { eachMessage: (payload: Payload) => Promise<void> }): Promise<unknown>
  stop?(): Promise<unknown>
  disconnect(): Promise<unknown>
}

/** How topics are consumed by a client with the interface of kafkajs. */
export interface KafkaOptions<Config, Payload extends KafkaPayload, N extends Needs> {
  /** Components whose values the functions here get. */
  readonly needs?: N
  /** Builds the consumer, neither connected nor running: `({ config }) => kafka.consumer({ groupId: 'orders' })`. */
  readonly consumer: (
    context: Values<N> & ComponentContext<Config>,
  ) => KafkaConsumer<Payload> | Promise<KafkaConsumer<Payload>>
  /** The topics. */
  readonly topics: readonly string[]
  /**
   * Whether a group without offsets begins with the oldest message. Confluent's client takes it at `consumer()` instead.
   *
   * @default what the client does
   */
  readonly fromBeginning?: boolean
  /** More of what the client's `run()` takes, such as `partitionsConsumedConcurrently`. @default nothing */
  readonly run?: Readonly<Record<string, unknown>>
  /**
   * Handles a message; its offset is committed only after this resolves. What a rejection leads to is the client's affair:
   * these clients try the message again. Its `signal` is aborted at the soft deadline of a shutdown; a message whose
   * handling then rejects is left to the next owner of its partition.
   */
  readonly eachMessage: (payload: Payload, context: Values<N> & ComponentContext<Config>) => unknown
  /** Whether the service is not ready once the client has given up. @default true: only a new process consumes again */
  readonly critical?: boolean
}

/** A Kafka consumer of a running service. */
export interface RunningKafkaConsumer {
  readonly hand: WorkInHand
  /** Takes nothing more, and leaves the group when what is in hand has ended. */
  readonly leave: () => Promise<void>
  readonly crash: () => Error | undefined
}

/**
 * Topics of Kafka as a consumer. At the announcement of a shutdown no further message is begun, not even of a batch that
 * is here already; messages in flight end, offsets are committed, and the group is left, so that others own the
 * partitions at once rather than after the session timeout. What does not end in its time is not committed: the next
 * owner of the partition gets it again.
 *
 * @example
 * ```ts
 * service.consumer('orders', kafka({
 *   consumer: ({ config }) => new Kafka({ brokers: config.kafka.brokers }).consumer({ groupId: 'orders' }),
 *   topics: ['orders'],
 *   eachMessage: async ({ message }, { signal }) => await book(message.value, { signal }),
 * }))
 * ```
 */
export function kafka<Config, Payload extends KafkaPayload = KafkaPayload, N extends Needs = Record<never, never>>(
  options: KafkaOptions<Config, Payload, N>,
): ConsumerDefinition<Config, RunningKafkaConsumer, N> {
  const read = readOptions('kafka()', options, { required: ['consumer', 'eachMessage'] })
  read.boolean('critical', { fallback: true })
  read.boolean('fromBeginning', { fallback: false })
  const run = read.value<unknown>('run')
  if (run !== undefined && (typeof run !== 'object' || run === null || Array.isArray(run)))
    read.problem('"run" must be an object of what run() of the client takes')
  const topics = readNames(read, 'topics')
  read.done()
  const { fromBeginning } = options
  return {
    ...(options.needs === undefined ? {} : { needs: options.needs }),
    ...(options.critical === undefined ? {} : { critical: options.critical }),
    async start(context) {
      const hand = new WorkInHand(context.work)
      const consumer = requireClient(await options.consumer(context), {
        from: '"consumer" of kafka()',
        expected: 'a consumer of a Kafka client',
        methods: ['connect', 'subscribe', 'run', 'disconnect'],
      })
      const crash = watchCrash(consumer, context.log)
      const eachMessage = async (payload: Payload): Promise<void> => {
        const name = `${payload.topic}[${payload.partition}]`
        if (hand.isPaused) throw givenBack(name)
        await hand.take(
          name,
          async ({ signal }) => await options.eachMessage(payload, { ...context, signal }),
          (end) => {
            if (end.how === 'failed') throw end.error
            if (end.how === 'unfinished') throw givenBack(name)
          },
        )
      }
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [...topics], ...(fromBeginning === undefined ? {} : { fromBeginning }) })
        // Waited for: a stop before kafkajs has joined its group would have no effect, and it would consume on.
        await consumer.run({ ...options.run, eachMessage })
      } catch (error) {
        void consumer.disconnect().catch(() => {})
        throw error
      }
      let leaving: Promise<void> | undefined
      return { hand, crash, leave: () => (leaving ??= leaveGroup(consumer, context.log)) }
    },
    pause: ({ hand, leave }) => hand.pause(leave),
    giveBack: ({ hand }) => hand.beLate(),
    check({ crash }) {
      const error = crash()
      if (error !== undefined) throw error
    },
    async stop({ hand, leave }) {
      hand.giveBack()
      await hand.whenSettled()
      await leave()
    },
  }
}
